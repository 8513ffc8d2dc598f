// The kernels as operators of libtorch, by its stable C interface (torch/csrc/inductor/aoti_torch/c/shim.h): their arguments, and
// nothing else. Whatever could make a kernel read or write beyond an argument is refused before one runs; this file is built for
// every x86-64, so that any processor can tell.
#include "kernels.h"

typedef void* tensor;
typedef uint64_t value;
int32_t aoti_torch_library_init_def(const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_init_impl(const char*, const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_def(void*, const char*);
int32_t aoti_torch_library_impl(void*, const char*, void (*)(value*, uint64_t, uint64_t));
int32_t aoti_torch_get_data_ptr(tensor, void**);
int32_t aoti_torch_get_device_type(tensor, int32_t*);
int32_t aoti_torch_get_dtype(tensor, int32_t*);
int32_t aoti_torch_get_dim(tensor, int64_t*);
int32_t aoti_torch_get_sizes(tensor, int64_t**);
int32_t aoti_torch_get_strides(tensor, int64_t**);
int32_t aoti_torch_delete_tensor_object(tensor);
// Throws the message as libtorch's exception where the condition does not hold.
void aoti_torch_check(bool, const char* function, const char* file, uint32_t line, const char* message);

enum { MOST_TENSORS = 17, MOST_DIMENSIONS = 4, CPU = 0, UINT8 = 0, INT64 = 4, FLOAT64 = 7 };

// A tensor: contiguous, on the CPU.
struct argument {
  char* data;
  int64_t dimensions, count;       // of elements
  int64_t size[MOST_DIMENSIONS];   // 0 beyond the dimensions
  int32_t type;
};

static const char* read_tensor(tensor t, struct argument* a) {
  int64_t *sizes, *strides;
  int32_t device;
  void* data;
  *a = (struct argument){.count = 1};
  if (aoti_torch_get_dim(t, &a->dimensions) || aoti_torch_get_sizes(t, &sizes) || aoti_torch_get_strides(t, &strides) ||
      aoti_torch_get_device_type(t, &device) || aoti_torch_get_dtype(t, &a->type)) {
    return "libtorch does not say what an argument is";
  }
  if (device != CPU) {
    return "an argument is not on the CPU";
  }
  if (a->dimensions > MOST_DIMENSIONS) {
    return "an argument has more than 4 dimensions";
  }
  bool dense = true;
  for (int64_t i = a->dimensions - 1; i >= 0; i--) {
    dense &= sizes[i] == 1 || strides[i] == a->count;
    a->size[i] = sizes[i];
    a->count *= sizes[i];
  }
  if (!dense && a->count > 0) {
    return "an argument is not contiguous";
  }
  if (aoti_torch_get_data_ptr(t, &data)) {
    return "an argument has no data";
  }
  a->data = data;
  return 0;
}

// The handles of an operator's tensors end here, but for that of what it returns.
static void done(const value* stack, int from, int tensors) {
  for (int i = from; i < tensors; i++) {
    aoti_torch_delete_tensor_object((tensor)stack[i]);
  }
}

// What is wrong with an operator's arguments; null if nothing is.
typedef const char* rule(const value* stack, const struct argument* a);

// Reads an operator's tensors, or throws.
static void take(const value* stack, int tensors, rule* wrong, const char* operator, struct argument* a) {
  const char* refusal = 0;
  for (int i = 0; i < tensors && !refusal; i++) {
    refusal = read_tensor((tensor)stack[i], a + i);
  }
  if (!refusal) {
    refusal = wrong(stack, a);
  }
  if (refusal) {
    done(stack, 0, tensors);
    aoti_torch_check(false, operator, __FILE_NAME__, __LINE__, refusal);
  }
}

#define RULE(holds, otherwise) \
  if (!(holds)) {              \
    return otherwise;          \
  }

static double number(value v) {
  double d;
  __builtin_memcpy(&d, &v, 8);
  return d;
}

// Only the lowest byte of a bool is defined.
static bool flag(value v) { return (uint8_t)v; }

static bool is(const struct argument* a, int32_t type, int64_t dimensions) { return a->type == type && a->dimensions == dimensions; }

static bool is_vector(const struct argument* a, int32_t type, int64_t count) { return is(a, type, 1) && a->count == count; }

static bool holds(const struct argument* a, int64_t bytes) { return is(a, UINT8, 1) && a->count >= bytes; }

static bool are_floats(const struct argument* a) { return a->type == FLOAT32 || a->type == BFLOAT16; }

// Sizes of which the product of three fits in 64 bits.
static bool is_size(value v) { return (int64_t)v >= 1 && (int64_t)v < 1 << 24; }

// Every one of `count` numbers is in [0, end).
static bool are_in(const int64_t* numbers, int64_t count, int64_t end) {
  for (int64_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || numbers[i] >= end) {
      return false;
    }
  }
  return true;
}

static struct matrix shape_of(const struct argument* weight) { return (struct matrix){0, weight->size[0], weight->size[1], (enum type)weight->type}; }

static const char* wrong_weight(const struct argument* weight) {
  RULE(weight->dimensions == 2 && (are_floats(weight) || weight->type == INT8), "weight is not a matrix of float32, bfloat16 or int8");
  return 0;
}

static const char* wrong_packed_bytes(const value* s, const struct argument* a) { return wrong_weight(a); }

static void op_packed_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  take(s, 1, wrong_packed_bytes, "packed_bytes", a);
  struct matrix m = shape_of(a);
  done(s, 0, 1);
  s[0] = (value)packed_bytes(m.outputs, m.inputs, m.type);
}

// to, weight, scale, bias
static const char* wrong_pack(const value* s, const struct argument* a) {
  const char* weight = wrong_weight(a + 1);
  RULE(!weight, weight);
  struct matrix m = shape_of(a + 1);
  RULE(holds(a, packed_bytes(m.outputs, m.inputs, m.type)), "to is not of packed_bytes");
  RULE(a[2].type == FLOAT32 && (m.type != INT8 || a[2].count == m.outputs), "scale is not float32 with one for each output");
  RULE(a[3].count == 0 || is_vector(a + 3, m.type == INT8 ? FLOAT32 : m.type, m.outputs), "bias is not empty nor one for each output");
  return 0;
}

static void op_pack(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[4];
  take(s, 4, wrong_pack, "pack", a);
  struct packing p = {a[0].data, a[1].data, a[3].count ? a[3].data : 0, (float*)a[2].data, shape_of(a + 1)};
  pack(&p);
  done(s, 1, 4);
}

static struct cache cache_of(const struct argument* keys, const struct argument* values) {
  return (struct cache){keys->data, values->data, keys->size[1], keys->size[2], keys->size[3]};
}

static const char* wrong_rows(const struct argument* x, const struct argument* keys, value heads, value mlp, value longest) {
  RULE(x->dimensions == 2 && are_floats(x), "x is not a matrix of float32 or bfloat16");
  RULE(is(keys, x->type, 4) && keys->size[1] >= 1 && keys->size[2] >= 1 && keys->size[2] % (2 * LANES) == 0 && keys->size[3] >= 1, "keys are not [blocks, kv_heads, block, head_dim] of the type of x, with blocks of 32 or its multiple");
  RULE(is_size(heads) && is_size(mlp) && is_size(longest), "heads, mlp or longest is out of range");
  return 0;
}

// x, keys; heads, mlp, longest, int8
static const char* wrong_scratch_bytes(const value* s, const struct argument* a) { return wrong_rows(a, a + 1, s[2], s[3], s[4]); }

static void op_scratch_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[2];
  take(s, 2, wrong_scratch_bytes, "scratch_bytes", a);
  struct cache c = cache_of(a + 1, a + 1);
  struct scratch all = scratch_of(0, a->size[0], a->size[1], (int64_t)s[2], &c, (int64_t)s[3], (int64_t)s[4], flag(s[5]));
  done(s, 0, 2);
  s[0] = (value)all.bytes;
}

static struct rows tensor_rows(const struct argument* a) {
  return (struct rows){a->data, a->size[0], a->size[1], a->size[1] * (int64_t)size_of((enum type)a->type), 0};
}

static struct layer layer_of(const value* s, const struct argument* a) {
  struct layer l = {.x = tensor_rows(a), .attention_norm = a[1].data, .mlp_norm = a[4].data, .cosine = a[7].data, .sine = a[8].data};
  l.type = (enum type)a[0].type;
  l.heads = (int64_t)s[17];
  int64_t mlp = (int64_t)s[18], longest = (int64_t)s[19];
  l.eps = (float)number(s[20]);
  l.int8 = flag(s[21]);
  l.whole = flag(s[22]);
  l.cache = cache_of(a + 9, a + 10);
  l.places = (struct places){(int64_t*)a[11].data, (int64_t*)a[12].data, (int64_t*)a[13].data, (int64_t*)a[14].data, (int64_t*)a[15].data, a[14].size[0], longest};
  l.own = scratch_of(a[16].data, l.x.count, l.x.width, l.heads, &l.cache, mlp, longest, l.int8);
  enum type weights = l.int8 ? INT8 : l.type;
  l.qkv = (struct matrix){a[2].data, l.own.qkv.width, l.x.width, weights};
  l.out = (struct matrix){a[3].data, l.x.width, l.own.attended.width, weights};
  l.gate_up = (struct matrix){a[5].data, 2 * up(mlp, LANES), l.x.width, weights};
  l.down = (struct matrix){a[6].data, l.x.width, mlp, weights};
  return l;
}

static bool holds_matrix(const struct argument* packed, const struct matrix* m) { return holds(packed, packed_bytes(m->outputs, m->inputs, m->type)); }

// Each span's tokens are rows of x, its positions are seen, and its entries in the table are blocks of the cache.
static const char* wrong_spans(const struct layer* l, int64_t blocks, int64_t entries) {
  const struct places* p = &l->places;
  for (int64_t i = 0; i < p->count; i++) {
    const int64_t* span = p->spans + 4 * i;
    RULE(span[0] >= 0 && span[1] >= 0 && span[0] <= l->x.count && span[1] <= l->x.count - span[0], "a span has tokens that x has not");
    RULE(span[2] >= 0 && span[2] <= p->longest && span[1] <= p->longest - span[2], "a span has positions beyond longest");
    int64_t needed = up(span[2] + span[1], l->cache.block) / l->cache.block;
    RULE(span[3] >= 0 && span[3] <= entries && needed <= entries - span[3], "a span needs more of the table than there is");
    RULE(are_in(p->table + span[3], needed, blocks), "the table has a block that the cache has not");
  }
  return 0;
}

// x, attention_norm, qkv, out, mlp_norm, gate_up, down, cosine, sine, keys, values, positions, blocks, offsets, spans, table, scratch;
// heads, mlp, longest, eps, int8, whole
static const char* wrong_layer(const value* s, const struct argument* a) {
  const char* rows = wrong_rows(a, a + 9, s[17], s[18], s[19]);
  RULE(!rows, rows);
  struct layer l = layer_of(s, a);
  int64_t tokens = l.x.count, head_dim = l.cache.head_dim, blocks = a[9].size[0];
  RULE(l.heads % l.cache.kv_heads == 0, "heads is no multiple of kv_heads");
  RULE(!l.int8 || l.type == FLOAT32, "x is not float32 beside int8");
  RULE(is(a + 10, l.type, 4) && __builtin_memcmp(a[10].size, a[9].size, sizeof a[9].size) == 0, "values are not as keys");
  RULE(is_vector(a + 1, l.type, l.x.width) && is_vector(a + 4, l.type, l.x.width), "a norm is not as wide as x");
  RULE(holds_matrix(a + 2, &l.qkv) && holds_matrix(a + 3, &l.out) && holds_matrix(a + 5, &l.gate_up) && holds_matrix(a + 6, &l.down), "a packed matrix is too small");
  RULE(a[7].type == l.type && a[8].type == l.type && a[7].count % head_dim == 0 && a[7].count == a[8].count, "cosine or sine is not of rows of head_dim");
  RULE(is_vector(a + 11, INT64, tokens) && is_vector(a + 12, INT64, tokens) && is_vector(a + 13, INT64, tokens), "positions, blocks or offsets are not int64, one a token");
  RULE(are_in(l.places.positions, tokens, a[7].count / head_dim), "a position is beyond cosine and sine");
  RULE(are_in(l.places.blocks, tokens, blocks), "a block is beyond the cache");
  RULE(are_in(l.places.offsets, tokens, l.cache.block), "an offset is beyond a block");
  RULE(is(a + 14, INT64, 2) && a[14].size[1] == 4 && a[15].type == INT64, "spans are not [count, 4] or table is not int64");
  RULE(holds(a + 16, l.own.bytes), "scratch is not of scratch_bytes");
  return wrong_spans(&l, blocks, a[15].count);
}

static void op_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[MOST_TENSORS];
  take(s, 17, wrong_layer, "layer", a);
  struct layer l = layer_of(s, a);
  layer(&l);
  done(s, 1, 17);
}

// scratch: as for a layer.
static struct head head_of(const value* s, const struct argument* a) {
  struct head h = {.x = tensor_rows(a + 1), .logits = tensor_rows(a), .norm = a[2].data, .eps = (float)number(s[5]), .type = (enum type)a[1].type};
  char* at = a[4].data;
  bool int8 = flag(s[6]);
  h.in = scratch_rows(&at, h.x.count, h.x.width, int8);
  h.matrix = (struct matrix){a[3].data, h.logits.width, h.x.width, int8 ? INT8 : h.type};
  return h;
}

// logits, x, norm, head, scratch; eps, int8
static const char* wrong_head(const value* s, const struct argument* a) {
  RULE(a[1].dimensions == 2 && are_floats(a + 1), "x is not a matrix of float32 or bfloat16");
  struct head h = head_of(s, a);
  RULE(!flag(s[6]) || h.type == FLOAT32, "x is not float32 beside int8");
  RULE(is(a, h.type, 2) && h.logits.count == h.x.count, "logits are not of the rows and the type of x");
  RULE(is_vector(a + 2, h.type, h.x.width), "norm is not as wide as x");
  RULE(holds_matrix(a + 3, &h.matrix), "the packed head is too small");
  char* end = 0;
  scratch_rows(&end, h.x.count, h.x.width, flag(s[6]));
  RULE(holds(a + 4, (int64_t)end), "scratch is too small");
  return 0;
}

static void op_head(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[5];
  take(s, 5, wrong_head, "head", a);
  struct head h = head_of(s, a);
  head(&h);
  done(s, 1, 5);
}

static const char* wrong_reading(const struct argument* to, const struct argument* logits) {
  RULE(logits->dimensions == 2 && are_floats(logits), "logits are not a matrix of float32 or bfloat16");
  RULE(is(to, FLOAT64, 2) && to->size[0] == logits->size[0], "to is not float64 with a row for each of logits");
  return 0;
}

// to [rows, 2 + 2 * best] float64, logits, temperatures
static const char* wrong_candidates(const value* s, const struct argument* a) {
  const char* reading = wrong_reading(a, a + 1);
  RULE(!reading, reading);
  RULE(a->size[1] >= 2 && a->size[1] % 2 == 0 && (a->size[1] - 2) / 2 <= a[1].size[1], "to has not 2 and as many pairs as logits at most");
  RULE(a[2].count == 0 || is_vector(a + 2, FLOAT32, a[1].size[0]), "temperatures are not empty nor float32, one a row");
  return 0;
}

static void op_candidates(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  take(s, 3, wrong_candidates, "candidates", a);
  struct reading r = {.to = (double*)a[0].data, .logits = tensor_rows(a + 1), .temperatures = a[2].count ? (float*)a[2].data : 0};
  r.width = a[0].size[1];
  r.best = (r.width - 2) / 2;
  r.type = (enum type)a[1].type;
  candidates(&r);
  done(s, 1, 3);
}

// to [rows, 3] float64: log-sum-exp, the target's logit, 1 where the target is the (first) best, else 0; logits, targets
static const char* wrong_targets(const value* s, const struct argument* a) {
  const char* reading = wrong_reading(a, a + 1);
  RULE(!reading, reading);
  RULE(a->size[1] == 3, "to is not [rows, 3]");
  RULE(is_vector(a + 2, INT64, a[1].size[0]), "targets are not int64, one a row");
  RULE(are_in((int64_t*)a[2].data, a[2].count, a[1].size[1]), "a target is beyond logits");
  return 0;
}

static void op_targets(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  take(s, 3, wrong_targets, "targets", a);
  struct reading r = {.to = (double*)a[0].data, .logits = tensor_rows(a + 1), .targets = (int64_t*)a[2].data, .type = (enum type)a[1].type};
  targets(&r);
  done(s, 1, 3);
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
    // What is not there is said by the first call of it.
    if (aoti_torch_library_def(definitions, OPERATORS[i].schema) || aoti_torch_library_impl(cpu, OPERATORS[i].name, OPERATORS[i].run)) {
      return;
    }
  }
}
