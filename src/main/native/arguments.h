// The arguments of an operator, read by libtorch's stable C interface (torch/csrc/inductor/aoti_torch/c/shim.h).
#pragma once
#include "kernels.h"

typedef void* tensor;
typedef uint64_t value;
int32_t aoti_torch_get_data_ptr(tensor, void**);
int32_t aoti_torch_get_device_type(tensor, int32_t*);
int32_t aoti_torch_get_dtype(tensor, int32_t*);
int32_t aoti_torch_get_dim(tensor, int64_t*);
int32_t aoti_torch_get_sizes(tensor, int64_t**);
int32_t aoti_torch_get_strides(tensor, int64_t**);
int32_t aoti_torch_delete_tensor_object(tensor);

enum { MAX_DIMENSIONS = 4, CPU = 0, UINT8 = 0, INT64 = 4, FLOAT64 = 7 };

// A tensor: contiguous, on the CPU.
struct argument {
  char* data;
  int64_t dimensions, count;     // count: elements
  int64_t size[MAX_DIMENSIONS];  // 0 beyond the dimensions
  int32_t type;
};

// Throws the message as libtorch's exception.
void refuse(const char* operator, const char* message);

// What is wrong with an operator's arguments; null if nothing is.
typedef const char* rule(const value* stack, const struct argument* a);

// Reads an operator's tensors, the first on its stack, or frees them and throws what the rule says.
void read_arguments(const value* stack, int tensors, rule* wrong, const char* operator, struct argument * a);

// Frees the tensors [from, to) of a stack: all but that which the operator returns.
void release(const value* stack, int from, int to, const char* operator);

#define RULE(holds, otherwise) \
  if (!(holds)) {              \
    return otherwise;          \
  }

double number(value v);

// Only the lowest byte of a bool is defined.
ALWAYS_INLINE bool flag(value v) { return (uint8_t)v; }

bool is(const struct argument* a, int32_t type, int64_t dimensions);
bool is_vector(const struct argument* a, int32_t type, int64_t count);
bool is_bytes(const struct argument* a, int64_t least);
bool is_floating(const struct argument* a);
// From 1 to 2^24, so that the product of two fits in 48 bits.
bool is_size(int64_t v);
// Every one of `count` numbers is in [0, end).
bool are_in(const int64_t* numbers, int64_t count, int64_t end);
struct rows tensor_rows(const struct argument* a);
