// The kernels as operators of libtorch, by its stable C interface (torch/csrc/inductor/aoti_torch/c/shim.h): their arguments, and
// nothing else.
#include "kernels.h"

typedef void* tensor;
typedef uint64_t value;
int32_t aoti_torch_library_init_def(const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_init_impl(const char*, const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_def(void*, const char*);
int32_t aoti_torch_library_impl(void*, const char*, void (*)(value*, uint64_t, uint64_t));
int32_t aoti_torch_get_data_ptr(tensor, void**);
int32_t aoti_torch_get_dtype(tensor, int32_t*);
int32_t aoti_torch_get_dim(tensor, int64_t*);
int32_t aoti_torch_get_size(tensor, int64_t, int64_t*);
int32_t aoti_torch_delete_tensor_object(tensor);

static char* data(value v) {
  void* at;
  aoti_torch_get_data_ptr((tensor)v, &at);
  return at;
}

static enum type type_of(value v) {
  int32_t type;
  aoti_torch_get_dtype((tensor)v, &type);
  return (enum type)type;
}

// A dimension of a tensor, 0 where it has none.
static int64_t size(value v, int64_t dimension) {
  int64_t dimensions, size = 0;
  aoti_torch_get_dim((tensor)v, &dimensions);
  if (dimension < dimensions) {
    aoti_torch_get_size((tensor)v, dimension, &size);
  }
  return size;
}

static double number(value v) {
  double d;
  __builtin_memcpy(&d, &v, 8);
  return d;
}

// Only the lowest byte of a bool is defined.
static bool flag(value v) { return (uint8_t)v; }

// The first argument is what the operator returns; the others' handles end here.
static void done(value* stack, int tensors) {
  for (int i = 1; i < tensors; i++) {
    aoti_torch_delete_tensor_object((tensor)stack[i]);
  }
}

static struct matrix shape_of(value weight) {
  return (struct matrix){0, size(weight, 0), size(weight, 1), type_of(weight)};
}

static void op_packed_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct matrix m = shape_of(s[0]);
  aoti_torch_delete_tensor_object((tensor)s[0]);
  s[0] = (value)packed_bytes(m.outputs, m.inputs, m.type);
}

static void op_pack(value* s, uint64_t arguments, uint64_t results) {
  struct packing p = {data(s[0]), data(s[1]), size(s[3], 0) ? data(s[3]) : 0, (float*)data(s[2]), shape_of(s[1])};
  pack(&p);
  done(s, 4);
}

static struct cache cache_of(value keys, value values) {
  return (struct cache){data(keys), data(values), size(keys, 1), size(keys, 2), size(keys, 3)};
}

static void op_scratch_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct cache c = cache_of(s[1], s[1]);
  struct scratch all = scratch_of(0, size(s[0], 0), size(s[0], 1), (int64_t)s[2], &c, (int64_t)s[3], (int64_t)s[4], flag(s[5]));
  aoti_torch_delete_tensor_object((tensor)s[0]);
  aoti_torch_delete_tensor_object((tensor)s[1]);
  s[0] = (value)all.bytes;
}

static struct rows tensor_rows(value v) {
  int64_t count = size(v, 0), width = size(v, 1);
  return (struct rows){data(v), count, width, width * (int64_t)size_of(type_of(v)), 0};
}

static void op_layer(value* s, uint64_t arguments, uint64_t results) {
  struct layer l = {.x = tensor_rows(s[0]), .attention_norm = data(s[1]), .mlp_norm = data(s[4]), .cosine = data(s[7]), .sine = data(s[8])};
  l.type = type_of(s[0]);
  l.heads = (int64_t)s[17];
  int64_t mlp = (int64_t)s[18], longest = (int64_t)s[19];
  l.eps = (float)number(s[20]);
  l.int8 = flag(s[21]);
  l.whole = flag(s[22]);
  l.cache = cache_of(s[9], s[10]);
  l.places = (struct places){(int64_t*)data(s[11]), (int64_t*)data(s[12]), (int64_t*)data(s[13]), (int64_t*)data(s[14]), (int64_t*)data(s[15]), size(s[14], 0), longest};
  l.own = scratch_of(data(s[16]), l.x.count, l.x.width, l.heads, &l.cache, mlp, longest, l.int8);
  enum type weights = l.int8 ? INT8 : l.type;
  l.qkv = (struct matrix){data(s[2]), l.own.qkv.width, l.x.width, weights};
  l.out = (struct matrix){data(s[3]), l.x.width, l.own.attended.width, weights};
  l.gate_up = (struct matrix){data(s[5]), 2 * up(mlp, LANES), l.x.width, weights};
  l.down = (struct matrix){data(s[6]), l.x.width, mlp, weights};
  layer(&l);
  done(s, 17);
}

// scratch: as for a layer.
static void op_head(value* s, uint64_t arguments, uint64_t results) {
  struct head h = {.x = tensor_rows(s[1]), .logits = tensor_rows(s[0]), .norm = data(s[2]), .eps = (float)number(s[5]), .type = type_of(s[1])};
  char* at = data(s[4]);
  bool int8 = flag(s[6]);
  h.in = scratch_rows(&at, h.x.count, h.x.width, int8);
  h.matrix = (struct matrix){data(s[3]), h.logits.width, h.x.width, int8 ? INT8 : h.type};
  head(&h);
  done(s, 5);
}

// to [rows, 2 + 2 * best] float64.
static void op_candidates(value* s, uint64_t arguments, uint64_t results) {
  struct reading r = {.to = (double*)data(s[0]), .logits = tensor_rows(s[1]), .temperatures = size(s[2], 0) ? (float*)data(s[2]) : 0};
  r.width = size(s[0], 1);
  r.best = (r.width - 2) / 2;
  r.type = type_of(s[1]);
  candidates(&r);
  done(s, 3);
}

// to [rows, 3] float64: log-sum-exp, the target's logit, 1 where the target is the (first) best, else 0.
static void op_targets(value* s, uint64_t arguments, uint64_t results) {
  struct reading r = {.to = (double*)data(s[0]), .logits = tensor_rows(s[1]), .targets = (int64_t*)data(s[2]), .type = type_of(s[1])};
  targets(&r);
  done(s, 3);
}

static const struct {
  const char *name, *schema;
  void (*run)(value*, uint64_t, uint64_t);
} OPERATORS[] = {
    {"packed_bytes", "packed_bytes(Tensor weight) -> int", op_packed_bytes},
    {"pack", "pack(Tensor(a!) to, Tensor weight, Tensor scale, Tensor bias) -> Tensor(a!)", op_pack},
    {"scratch_bytes", "scratch_bytes(Tensor x, Tensor keys, int heads, int mlp, int longest, bool int8) -> int", op_scratch_bytes},
    {"layer",
     "layer(Tensor(a!) x, Tensor attention_norm, Tensor qkv, Tensor out, Tensor mlp_norm, Tensor gate_up, Tensor down, Tensor cosine, Tensor sine, "
     "Tensor(b!) keys, Tensor(c!) values, Tensor positions, Tensor blocks, Tensor offsets, Tensor spans, Tensor table, Tensor(d!) scratch, "
     "int heads, int mlp, int longest, float eps, bool int8, bool whole) -> Tensor(a!)",
     op_layer},
    {"head", "head(Tensor(a!) logits, Tensor x, Tensor norm, Tensor head, Tensor(b!) scratch, float eps, bool int8) -> Tensor(a!)", op_head},
    {"candidates", "candidates(Tensor(a!) to, Tensor logits, Tensor temperatures) -> Tensor(a!)", op_candidates},
    {"targets", "targets(Tensor(a!) to, Tensor logits, Tensor targets) -> Tensor(a!)", op_targets},
};

__attribute__((constructor)) static void announce(void) {
  void *definitions, *cpu;
  // It fails where another copy of this library was loaded before: the operators are there.
  if (aoti_torch_library_init_def("gensweep", __FILE_NAME__, __LINE__, &definitions) || aoti_torch_library_init_impl("gensweep", "CPU", __FILE_NAME__, __LINE__, &cpu)) {
    return;
  }
  for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
    aoti_torch_library_def(definitions, OPERATORS[i].schema);
    aoti_torch_library_impl(cpu, OPERATORS[i].name, OPERATORS[i].run);
  }
}
