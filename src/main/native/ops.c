// The kernels as operators of libtorch, by its stable C interface (torch/csrc/inductor/aoti_torch/c/shim.h), on the threads of the
// OpenMP runtime that libtorch brings.
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
void GOMP_parallel(void (*)(void*), void*, unsigned, unsigned);
void GOMP_barrier(void);
int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);

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

static struct worker this_worker(void) { return (struct worker){omp_get_thread_num(), omp_get_num_threads()}; }

struct packing {
  char *to, *weight, *bias;
  float* scale;
  struct matrix shape;
};

static void pack_part(void* argument) {
  struct packing* p = argument;
  pack(p->to, p->weight, p->scale, p->bias, p->shape, this_worker());
}

static struct matrix shape_of(value weight) {
  return (struct matrix){0, size(weight, 0), size(weight, 1), type_of(weight)};
}

// packed_bytes(Tensor weight) -> int
static void op_packed_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct matrix m = shape_of(s[0]);
  aoti_torch_delete_tensor_object((tensor)s[0]);
  s[0] = (value)packed_bytes(m.outputs, m.inputs, m.type);
}

// pack(Tensor(a!) to, Tensor weight, Tensor scale, Tensor bias) -> Tensor(a!)
static void op_pack(value* s, uint64_t arguments, uint64_t results) {
  struct packing p = {data(s[0]), data(s[1]), size(s[3], 0) ? data(s[3]) : 0, (float*)data(s[2]), shape_of(s[1])};
  GOMP_parallel(pack_part, &p, 0, 0);
  done(s, 4);
}

// A row of activations, a cache line apart from the next one and not a multiple of a page.
static int64_t stride_of(int64_t width) { return up(width * 4, 64) + 64; }

struct scratch {
  int64_t *next;
  struct rows in, qkv, attended, mixed, act, narrow;
  float* attention;
  int64_t bytes;
};

static struct rows carve(char** at, int64_t count, int64_t width, bool quantised) {
  struct rows r = {*at, count, width, stride_of(width), 0};
  *at += count * r.stride;
  if (quantised) {
    r.steps = (float*)*at;
    *at += up(count * 4, 64);
  }
  return r;
}

// Lays out what a layer needs in between, from `at` on. In int8 `mixed` and `narrow` are the attention's and the MLP's outputs, quantised.
static struct scratch scratch_of(char* at, int64_t tokens, int64_t hidden, int64_t heads, const struct cache* c, int64_t mlp, int64_t longest, bool int8) {
  struct scratch s;
  char* start = at;
  s.next = (int64_t*)at;
  at += 64;
  s.in = carve(&at, tokens, hidden, int8);
  s.qkv = carve(&at, tokens, (heads + 2 * c->kv_heads) * c->head_dim, false);
  s.attended = carve(&at, tokens, heads * c->head_dim, false);
  s.mixed = int8 ? carve(&at, tokens, heads * c->head_dim, true) : s.attended;
  s.act = carve(&at, tokens, mlp, false);
  s.narrow = int8 ? carve(&at, tokens, mlp, true) : s.act;
  s.attention = (float*)at;
  at += omp_get_max_threads() * up(attention_floats(longest, c->head_dim) * 4, 64);
  s.bytes = at - start;
  return s;
}

static struct cache cache_of(value keys, value values) {
  return (struct cache){data(keys), data(values), size(keys, 1), size(keys, 2), size(keys, 3)};
}

// scratch_bytes(Tensor x, Tensor keys, int heads, int mlp, int longest, bool int8) -> int
static void op_scratch_bytes(value* s, uint64_t arguments, uint64_t results) {
  struct cache c = cache_of(s[1], s[1]);
  struct scratch all = scratch_of(0, size(s[0], 0), size(s[0], 1), (int64_t)s[2], &c, (int64_t)s[3], (int64_t)s[4], flag(s[5]));
  aoti_torch_delete_tensor_object((tensor)s[0]);
  aoti_torch_delete_tensor_object((tensor)s[1]);
  s[0] = (value)all.bytes;
}

struct layer {
  struct rows x;
  struct matrix qkv, out, gate_up, down;
  const void *attention_norm, *mlp_norm, *cosine, *sine;
  struct cache cache;
  struct places places;
  struct scratch own;
  int64_t heads;
  float eps;
  enum type type;
  bool int8, whole;
};

static void layer_part(void* argument) {
  struct layer* l = argument;
  struct scratch* own = &l->own;
  struct worker w = this_worker();
  norm(&l->x, l->attention_norm, l->eps, l->type, &own->in, w);
  GOMP_barrier();
  product(&l->qkv, &own->in, STORE, &own->qkv, l->type, w);
  GOMP_barrier();
  rotate_and_keep(&own->qkv, l->heads, &l->cache, &l->places, l->cosine, l->sine, l->type, w);
  if (!l->whole) {
    return;
  }
  GOMP_barrier();
  float* mine = own->attention + w.number * up(attention_floats(l->places.longest, l->cache.head_dim) * 4, 64) / 4;
  attend(&own->qkv, l->heads, &l->cache, &l->places, &own->attended, l->type, own->next, mine);
  GOMP_barrier();
  if (l->int8) {
    quantise(&own->attended, &own->mixed, w);
    GOMP_barrier();
  }
  product(&l->out, &own->mixed, ADD, &l->x, l->type, w);
  GOMP_barrier();
  norm(&l->x, l->mlp_norm, l->eps, l->type, &own->in, w);
  GOMP_barrier();
  product(&l->gate_up, &own->in, SWIGLU, &own->act, l->type, w);
  GOMP_barrier();
  if (l->int8) {
    quantise(&own->act, &own->narrow, w);
    GOMP_barrier();
  }
  product(&l->down, &own->narrow, ADD, &l->x, l->type, w);
}

static struct rows tensor_rows(value v) {
  int64_t count = size(v, 0), width = size(v, 1);
  return (struct rows){data(v), count, width, width * (int64_t)size_of(type_of(v)), 0};
}

// layer(Tensor(a!) x, Tensor attention_norm, Tensor qkv, Tensor out, Tensor mlp_norm, Tensor gate_up, Tensor down, Tensor cosine, Tensor sine,
//   Tensor(b!) keys, Tensor(c!) values, Tensor positions, Tensor blocks, Tensor offsets, Tensor spans, Tensor table, Tensor(d!) scratch,
//   int heads, int mlp, int longest, float eps, bool int8, bool whole) -> Tensor(a!)
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
  *l.own.next = 0;
  GOMP_parallel(layer_part, &l, 0, 0);
  done(s, 17);
}

struct head {
  struct rows x, in, logits;
  struct matrix matrix;
  const void* norm;
  float eps;
  enum type type;
};

static void head_part(void* argument) {
  struct head* h = argument;
  struct worker w = this_worker();
  norm(&h->x, h->norm, h->eps, h->type, &h->in, w);
  GOMP_barrier();
  product(&h->matrix, &h->in, STORE, &h->logits, h->type, w);
}

// head(Tensor(a!) logits, Tensor x, Tensor norm, Tensor head, Tensor(b!) scratch, float eps, bool int8) -> Tensor(a!)
// scratch: as for a layer.
static void op_head(value* s, uint64_t arguments, uint64_t results) {
  struct head h = {.x = tensor_rows(s[1]), .logits = tensor_rows(s[0]), .norm = data(s[2]), .eps = (float)number(s[5]), .type = type_of(s[1])};
  char* at = data(s[4]);
  bool int8 = flag(s[6]);
  h.in = carve(&at, h.x.count, h.x.width, int8);
  h.matrix = (struct matrix){data(s[3]), h.logits.width, h.x.width, int8 ? INT8 : h.type};
  GOMP_parallel(head_part, &h, 0, 0);
  done(s, 5);
}

struct reading {
  double* to;
  struct rows logits;
  const float* temperatures;
  const int64_t* targets;
  int64_t best, width, next;
  enum type type;
};

static void candidates_part(void* argument) {
  struct reading* r = argument;
  float maxima[r->logits.width / 64 + 1];
  for (int64_t row; (row = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED)) < r->logits.count;) {
    const char* logits = r->logits.data + row * r->logits.stride;
    double* to = r->to + row * r->width;
    float most = best_of(logits, r->logits.width, r->type, r->best, to + 2, to + 2 + r->best, maxima);
    log_sum_exp(logits, r->logits.width, r->type, r->temperatures ? r->temperatures[row] : 1, most, to, to + 1);
  }
}

// candidates(Tensor(a!) to, Tensor logits, Tensor temperatures) -> Tensor(a!)
// to [rows, 2 + 2 * best] float64.
static void op_candidates(value* s, uint64_t arguments, uint64_t results) {
  struct reading r = {.to = (double*)data(s[0]), .logits = tensor_rows(s[1]), .temperatures = size(s[2], 0) ? (float*)data(s[2]) : 0};
  r.width = size(s[0], 1);
  r.best = (r.width - 2) / 2;
  r.type = type_of(s[1]);
  GOMP_parallel(candidates_part, &r, 0, 0);
  done(s, 3);
}

static void targets_part(void* argument) {
  struct reading* r = argument;
  for (int64_t row; (row = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED)) < r->logits.count;) {
    const char* logits = r->logits.data + row * r->logits.stride;
    int64_t target = r->targets[row];
    float most = largest(logits, r->logits.width, r->type);
    float before = target ? largest(logits, target, r->type) : -__builtin_inff();
    float own = largest(logits + target * size_of(r->type), 1, r->type);
    double* to = r->to + row * 3;
    log_sum_exp(logits, r->logits.width, r->type, 1, most, to, to + 1);
    to[1] = own;
    to[2] = own == most && before < own;
  }
}

// targets(Tensor(a!) to, Tensor logits, Tensor targets) -> Tensor(a!)
// to [rows, 3] float64: log-sum-exp, the target's logit, 1 where the target is the (first) best, else 0.
static void op_targets(value* s, uint64_t arguments, uint64_t results) {
  struct reading r = {.to = (double*)data(s[0]), .logits = tensor_rows(s[1]), .targets = (int64_t*)data(s[2]), .type = type_of(s[1])};
  GOMP_parallel(targets_part, &r, 0, 0);
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
  aoti_torch_library_init_def("gensweep", __FILE_NAME__, __LINE__, &definitions);
  aoti_torch_library_init_impl("gensweep", "CPU", __FILE_NAME__, __LINE__, &cpu);
  for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
    aoti_torch_library_def(definitions, OPERATORS[i].schema);
    aoti_torch_library_impl(cpu, OPERATORS[i].name, OPERATORS[i].run);
  }
}
