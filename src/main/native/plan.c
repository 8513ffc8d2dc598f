// Decoders and the phases of their layers: for every processor.
#include <stdlib.h>

#include "decoder.h"

static struct decoder* decoders;
static int64_t handles;
static int locked;

static void lock(void) {
  while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE)) {
    sched_yield();
  }
}

static void unlock(void) { __atomic_store_n(&locked, 0, __ATOMIC_RELEASE); }

struct decoder* new_decoder(enum type type, bool int8, int64_t hidden) {
  struct decoder* d = calloc(1, sizeof *d);
  if (d) {
    d->type = type;
    d->int8 = int8;
    d->hidden = hidden;
    lock();
    d->handle = ++handles;
    d->next = decoders;
    decoders = d;
    unlock();
  }
  return d;
}

struct decoder* find_decoder(int64_t handle) {
  lock();
  struct decoder* d = decoders;
  while (d && d->handle != handle) {
    d = d->next;
  }
  unlock();
  return d;
}

void remove_decoder(struct decoder* d) {
  lock();
  struct decoder** at = &decoders;
  while (*at != d) {
    at = &(*at)->next;
  }
  *at = d->next;
  unlock();
}

void free_decoder(struct decoder* d) {
  free(d->layers);
  free(d->tensors);
  free(d);
}

bool reserve(struct decoder* d, int64_t tensors) {
  void** more_tensors = realloc(d->tensors, (d->tensor_count + tensors) * sizeof *more_tensors);
  if (!more_tensors) {
    return false;
  }
  d->tensors = more_tensors;
  struct layer* more_layers = realloc(d->layers, (d->layer_count + 1) * sizeof *more_layers);
  if (!more_layers) {
    return false;
  }
  d->layers = more_layers;
  return true;
}

static struct matrix matrix(const struct decoder* d, int64_t outputs, int64_t inputs) {
  return (struct matrix){.outputs = outputs, .inputs = inputs, .type = product_type(d)};
}

static int64_t width(const struct layer* l) { return l->heads.count * l->heads.head_dim; }

static int64_t qkv_width(const struct layer* l) { return (l->heads.count + 2 * l->heads.kv_count) * l->heads.head_dim; }

struct matrix qkv_matrix(const struct decoder* d, const struct layer* l) { return matrix(d, qkv_width(l), d->hidden); }
struct matrix out_matrix(const struct decoder* d, const struct layer* l) { return matrix(d, d->hidden, width(l)); }
struct matrix gate_up_matrix(const struct decoder* d, const struct layer* l) {
  return matrix(d, 2 * round_up(l->mlp, LANES), d->hidden);
}
struct matrix down_matrix(const struct decoder* d, const struct layer* l) { return matrix(d, d->hidden, l->mlp); }
struct matrix head_matrix(const struct decoder* d, int64_t vocab) { return matrix(d, vocab, d->hidden); }

static struct phase norm_phase(const void* weight, float eps) {
  return (struct phase){.kind = NORM, .from = X, .to = NORMED, .norm = weight, .eps = eps};
}

static struct phase product_phase(struct matrix m, const void* panels, enum buffer from, enum after after,
                                  enum buffer to) {
  m.panels = panels;
  return (struct phase){.kind = PRODUCT, .from = from, .to = to, .matrix = m, .after = after};
}

static void append(struct layer* l, struct phase p) { l->phases[l->count++] = p; }

// The buffer that a product reads: the rows themselves or, in int8, the quantised ones.
static enum buffer quantised(const struct decoder* d, struct layer* l, enum buffer from, enum buffer to) {
  if (!d->int8) {
    return from;
  }
  append(l, (struct phase){.kind = QUANTISE, .from = from, .to = to});
  return to;
}

void add_layer(struct decoder* d, struct layer l, const struct layer_weights* w) {
  append(&l, norm_phase(w->attention_norm, l.eps));
  append(&l, product_phase(qkv_matrix(d, &l), w->qkv, NORMED, STORE, QKV));
  append(&l, (struct phase){.kind = STORE_KV, .from = QKV, .to = QKV});
  l.kv_count = l.count;
  append(&l, (struct phase){.kind = ATTEND, .from = QKV, .to = ATTENDED});
  enum buffer attended = quantised(d, &l, ATTENDED, ATTENDED_INT8);
  append(&l, product_phase(out_matrix(d, &l), w->out, attended, ADD, X));
  append(&l, norm_phase(w->mlp_norm, l.eps));
  append(&l, product_phase(gate_up_matrix(d, &l), w->gate_up, NORMED, SWIGLU, ACTIVATED));
  enum buffer activated = quantised(d, &l, ACTIVATED, ACTIVATED_INT8);
  append(&l, product_phase(down_matrix(d, &l), w->down, activated, ADD, X));
  d->layers[d->layer_count++] = l;
}

void set_head(struct decoder* d, const void* norm, const void* panels, int64_t vocab, float eps) {
  d->vocab = vocab;
  d->head[0] = norm_phase(norm, eps);
  d->head[1] = product_phase(head_matrix(d, vocab), panels, NORMED, STORE, LOGITS);
}

// A row of activations, a cache line apart from the next one and not a multiple of a page.
static int64_t stride_of(int64_t width) { return round_up(width * 4, 64) + 64; }

static char* buffer_rows(struct rows* r, char* at, int64_t count, int64_t width, bool int8) {
  *r = (struct rows){at, count, width, stride_of(width), 0};
  at += count * r->stride;
  if (int8) {
    r->steps = (float*)at;
    at += round_up(count * 4, 64);
  }
  return at;
}

int64_t head_buffers(const struct decoder* d, int64_t rows, char* scratch, struct call* c) {
  return buffer_rows(&c->buffers[NORMED], scratch, rows, d->hidden, d->int8) - scratch;
}

int64_t layer_buffers(const struct decoder* d, const struct layer* l, int64_t rows, int64_t longest, char* scratch,
                      struct call* c) {
  char* at = scratch + head_buffers(d, rows, scratch, c);
  at = buffer_rows(&c->buffers[QKV], at, rows, qkv_width(l), false);
  at = buffer_rows(&c->buffers[ATTENDED], at, rows, width(l), false);
  at = buffer_rows(&c->buffers[ACTIVATED], at, rows, l->mlp, false);
  if (d->int8) {
    at = buffer_rows(&c->buffers[ATTENDED_INT8], at, rows, width(l), true);
    at = buffer_rows(&c->buffers[ACTIVATED_INT8], at, rows, l->mlp, true);
  }
  c->attention = (float*)at;
  return at + omp_get_max_threads() * attention_floats(longest, l->heads.head_dim) * 4 - scratch;
}

int64_t scratch_bytes(const struct decoder* d, int64_t rows, int64_t longest) {
  struct call unused;
  int64_t most = head_buffers(d, rows, 0, &unused);
  for (int64_t i = 0; i < d->layer_count; i++) {
    int64_t bytes = layer_buffers(d, d->layers + i, rows, longest, 0, &unused);
    most = bytes > most ? bytes : most;
  }
  return most;
}
