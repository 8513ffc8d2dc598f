// Whatever could make a kernel read or write beyond an argument is refused before one runs; this file is built for
// every x86-64, so that any processor can tell.
#include "arguments.h"

// Throws the message as libtorch's exception where the condition does not hold.
void aoti_torch_check(bool, const char* function, const char* file, uint32_t line, const char* message);

void refuse(const char* operator, const char* message) {
  aoti_torch_check(false, operator, __FILE_NAME__, __LINE__, message);
}

static const char* read_tensor(tensor t, struct argument* a) {
  int64_t *sizes, *strides;
  int32_t device;
  void* data;
  *a = (struct argument){.count = 1};
  if (aoti_torch_get_dim(t, &a->dimensions) || aoti_torch_get_sizes(t, &sizes) || aoti_torch_get_strides(t, &strides) ||
      aoti_torch_get_device_type(t, &device) || aoti_torch_get_dtype(t, &a->type)) {
    return "libtorch does not say what an argument is";
  }
  RULE(device == CPU, "an argument is not on the CPU");
  RULE(a->dimensions <= MAX_DIMENSIONS, "an argument has more than 4 dimensions");
  bool dense = true;
  for (int64_t i = a->dimensions - 1; i >= 0; i--) {
    dense &= sizes[i] == 1 || strides[i] == a->count;
    a->size[i] = sizes[i];
    a->count *= sizes[i];
  }
  RULE(dense || a->count == 0, "an argument is not contiguous");
  if (aoti_torch_get_data_ptr(t, &data)) {
    return "an argument has no data";
  }
  a->data = data;
  return 0;
}

void release(const value* stack, int from, int to, const char* operator) {
  bool failed = false;
  for (int i = from; i < to; i++) {
    failed |= aoti_torch_delete_tensor_object((tensor)stack[i]) != 0;
  }
  if (failed) {
    refuse(operator, "libtorch does not free an argument");
  }
}

void read_arguments(const value* stack, int tensors, rule* wrong, const char* operator, struct argument* a) {
  const char* refusal = 0;
  for (int i = 0; i < tensors && !refusal; i++) {
    refusal = read_tensor((tensor)stack[i], a + i);
  }
  if (!refusal) {
    refusal = wrong(stack, a);
  }
  if (refusal) {
    release(stack, 0, tensors, operator);
    refuse(operator, refusal);
  }
}

double number(value v) {
  double d;
  __builtin_memcpy(&d, &v, 8);
  return d;
}

bool is(const struct argument* a, int32_t type, int64_t dimensions) {
  return a->type == type && a->dimensions == dimensions;
}

bool is_vector(const struct argument* a, int32_t type, int64_t count) { return is(a, type, 1) && a->count == count; }

bool is_bytes(const struct argument* a, int64_t least) { return is(a, UINT8, 1) && a->count >= least; }

bool is_floating(const struct argument* a) { return a->type == FLOAT32 || a->type == BFLOAT16; }

bool is_size(int64_t v) { return v >= 1 && v < 1 << 24; }

bool are_in(const int64_t* numbers, int64_t count, int64_t end) {
  for (int64_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || numbers[i] >= end) {
      return false;
    }
  }
  return true;
}

struct rows tensor_rows(const struct argument* a) {
  return (struct rows){a->data, a->size[0], a->size[1], a->size[1] * (int64_t)size_of((enum type)a->type), 0};
}
