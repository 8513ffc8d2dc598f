// Operators on weights and on logits, and the names by which libtorch finds all operators.
#include "operators.h"

int32_t aoti_torch_library_init_def(const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_init_impl(const char*, const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_def(void*, const char*);
int32_t aoti_torch_library_impl(void*, const char*, void (*)(value*, uint64_t, uint64_t));

static struct matrix shape_of(const struct argument* weight) {
  return (struct matrix){0, weight->size[0], weight->size[1], (enum type)weight->type};
}

static const char* wrong_weight(const struct argument* weight) {
  RULE(weight->dimensions == 2 && (is_floating(weight) || weight->type == INT8),
       "weight is not a matrix of float32, bfloat16 or int8");
  return 0;
}

static const char* wrong_packed_bytes(const value* s, const struct argument* a) { return wrong_weight(a); }

static void op_packed_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_packed_bytes, "packed_bytes", a);
  struct matrix m = shape_of(a);
  release(s, 0, 1, "packed_bytes");
  s[0] = (value)packed_bytes(m.outputs, m.inputs, m.type);
}

// to, weight, scale, bias
static const char* wrong_pack(const value* s, const struct argument* a) {
  const char* weight = wrong_weight(a + 1);
  RULE(!weight, weight);
  struct matrix m = shape_of(a + 1);
  RULE(is_bytes(a, packed_bytes(m.outputs, m.inputs, m.type)), "to is not of packed_bytes");
  RULE(a[2].type == FLOAT32 && (m.type != INT8 || a[2].count == m.outputs),
       "scale is not float32 with one for each output");
  RULE(a[3].count == 0 || is_vector(a + 3, m.type == INT8 ? FLOAT32 : m.type, m.outputs),
       "bias is not empty nor one for each output");
  return 0;
}

static void op_pack(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[4];
  read_arguments(s, 4, wrong_pack, "pack", a);
  struct packing p = {a[0].data, a[1].data, a[3].count ? a[3].data : 0, (float*)a[2].data, shape_of(a + 1)};
  pack(&p);
  release(s, 1, 4, "pack");
}

static const char* wrong_logits(const struct argument* to, const struct argument* logits) {
  RULE(logits->dimensions == 2 && is_floating(logits), "logits are not a matrix of float32 or bfloat16");
  RULE(is(to, FLOAT64, 2) && to->size[0] == logits->size[0], "to is not float64 with a row for each of logits");
  return 0;
}

// to [rows, 2 + 2 * best] float64, logits, temperatures
static const char* wrong_candidates(const value* s, const struct argument* a) {
  const char* logits = wrong_logits(a, a + 1);
  RULE(!logits, logits);
  RULE(a->size[1] >= 2 && a->size[1] % 2 == 0 && (a->size[1] - 2) / 2 <= a[1].size[1],
       "to has not 2 and as many pairs as logits at most");
  RULE(a[2].count == 0 || is_vector(a + 2, FLOAT32, a[1].size[0]), "temperatures are not empty nor float32, one a row");
  return 0;
}

static void op_candidates(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_candidates, "candidates", a);
  struct logits_summary r = {.to = (double*)a[0].data, .logits = tensor_rows(a + 1)};
  r.temperatures = a[2].count ? (float*)a[2].data : 0;
  r.width = a[0].size[1];
  r.best = (r.width - 2) / 2;
  r.type = (enum type)a[1].type;
  kernels_of(r.type)->candidates(&r);
  release(s, 1, 3, "candidates");
}

// to [rows, 3] float64, logits, targets
static const char* wrong_targets(const value* s, const struct argument* a) {
  const char* logits = wrong_logits(a, a + 1);
  RULE(!logits, logits);
  RULE(a->size[1] == 3, "to is not [rows, 3]");
  RULE(is_vector(a + 2, INT64, a[1].size[0]), "targets are not int64, one a row");
  RULE(are_in((int64_t*)a[2].data, a[2].count, a[1].size[1]), "a target is beyond logits");
  return 0;
}

static void op_targets(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_targets, "targets", a);
  struct logits_summary r = {.to = (double*)a[0].data, .logits = tensor_rows(a + 1), .targets = (int64_t*)a[2].data};
  r.type = (enum type)a[1].type;
  kernels_of(r.type)->targets(&r);
  release(s, 1, 3, "targets");
}

static const struct operator OPERATORS[] = {
    {"packed_bytes", "packed_bytes(Tensor weight) -> int", op_packed_bytes},
    {"pack", "pack(Tensor(a!) to, Tensor weight, Tensor scale, Tensor bias) -> Tensor(a!)", op_pack},
    {"candidates", "candidates(Tensor(a!) to, Tensor logits, Tensor temperatures) -> Tensor(a!)", op_candidates},
    {"targets", "targets(Tensor(a!) to, Tensor logits, Tensor targets) -> Tensor(a!)", op_targets},
    {0},
};

static bool announce_all(const struct operator* o, void* definitions, void* implementations) {
  for (; o->name; o++) {
    if (aoti_torch_library_def(definitions, o->schema) || aoti_torch_library_impl(implementations, o->name, o->run)) {
      return false;
    }
  }
  return true;
}

__attribute__((constructor)) static void announce(void) {
  void *definitions, *implementations;
  // It fails where another copy of this library was loaded before: the operators are there. They are for every kind of
  // tensor, since some have none, and say themselves that they take those of the CPU.
  if (aoti_torch_library_init_def("gensweep", __FILE_NAME__, __LINE__, &definitions) ||
      aoti_torch_library_init_impl("gensweep", "CompositeExplicitAutograd", __FILE_NAME__, __LINE__,
                                   &implementations)) {
    return;
  }
  // What is not there is said by the first call of it.
  if (announce_all(OPERATORS, definitions, implementations) &&
      announce_all(LAYER_OPERATORS, definitions, implementations) &&
      announce_all(DECODER_OPERATORS, definitions, implementations)) {
    announce_all(GPU_OPERATORS, definitions, implementations);
  }
}
