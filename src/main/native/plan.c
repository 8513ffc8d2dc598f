// Decoders and the phases of their layers: for every processor.
#include <stdlib.h>

#include "decoder.h"

static struct decoder* decoders;
static int64_t handles;
static int locked;

struct decoder* new_decoder(enum type type, bool int8, int64_t hidden) {
  struct decoder* d = calloc(1, sizeof *d);
  if (d) {
    d->type = type;
    d->int8 = int8;
    d->hidden = hidden;
    lock(&locked);
    d->handle = ++handles;
    d->next = decoders;
    decoders = d;
    unlock(&locked);
  }
  return d;
}

struct decoder* find_decoder(int64_t handle) {
  lock(&locked);
  struct decoder* d = decoders;
  while (d && d->handle != handle) {
    d = d->next;
  }
  unlock(&locked);
  return d;
}

void remove_decoder(struct decoder* d) {
  lock(&locked);
  struct decoder** at = &decoders;
  while (*at != d) {
    at = &(*at)->next;
  }
  *at = d->next;
  unlock(&locked);
}

void free_decoder(struct decoder* d) {
  for (int64_t i = 0; i < d->layer_count; i++) {
    free(d->layers[i].experts);
  }
  free(d->layers);
  free(d->tensors);
  free(d);
}

bool reserve(struct decoder* d, int64_t tensors) {
  void** more = realloc(d->tensors, (d->tensor_count + tensors) * sizeof *more);
  if (more) {
    d->tensors = more;
  }
  return more;
}

bool add_layer(struct decoder* d, bool parallel, float block_scale, float out_scale) {
  struct layer* more = realloc(d->layers, (d->layer_count + 1) * sizeof *more);
  if (!more) {
    return false;
  }
  d->layers = more;
  d->layers[d->layer_count++] =
      (struct layer){.parallel = parallel, .block_scale = block_scale, .out_scale = out_scale};
  return true;
}

bool reserve_experts(struct layer* l, int64_t count) {
  l->experts = calloc(2 * count, sizeof *l->experts);
  return l->experts;
}

struct layer* open_layer(const struct decoder* d) {
  struct layer* last = d->layers + d->layer_count - 1;
  return d->layer_count && !last->count ? last : 0;
}

struct matrix matrix(const struct decoder* d, int64_t outputs, int64_t inputs) {
  return (struct matrix){.outputs = outputs, .inputs = inputs, .type = product_type(d)};
}

static int64_t width(const struct heads* h) { return h->count * h->head_dim; }

static int64_t qkv_width(const struct heads* h) { return (h->count + 2 * h->kv_count) * h->head_dim; }

struct matrix qkv_matrix(const struct decoder* d, const struct heads* h) {
  int64_t own = h->kv == OWN ? 2 : h->kv == KEYS_AS_VALUES ? 1 : 0;
  return matrix(d, (h->count + own * h->kv_count) * h->head_dim, d->hidden);
}
struct matrix out_matrix(const struct decoder* d, const struct heads* h) { return matrix(d, d->hidden, width(h)); }
struct matrix in_matrix(const struct decoder* d, int64_t size, bool gated) {
  return matrix(d, gated ? 2 * round_up(size, LANES) : size, d->hidden);
}

static void append(struct layer* l, struct phase p) { l->phases[l->count++] = p; }

static void use(struct layer* l, enum buffer buffer, int64_t width, int64_t rows, bool int8) {
  l->rooms[buffer] = (struct room){width, rows, int8};
}

static const struct after STORED = {.kind = STORE, .factor = 1};

static struct phase norm_phase(const struct norm* n, enum buffer from, enum buffer to) {
  return (struct phase){.kind = NORM, .from = from, .to = to, .norm = *n};
}

static struct phase add_phase(enum buffer from, const struct norm* n, float factor, enum buffer to) {
  return (struct phase){.kind = ADD_BLOCK, .from = from, .to = to, .norm = *n, .factor = factor};
}

static struct phase product_phase(struct matrix m, enum buffer from, struct after after, enum buffer to,
                                  enum type type) {
  return (struct phase){.kind = PRODUCT, .from = from, .to = to, .matrix = m, .after = after, .type = type};
}

static void append_product(struct layer* l, const struct decoder* d, struct matrix m, enum buffer from,
                           struct after after, enum buffer to) {
  append(l, product_phase(m, from, after, to, d->type));
}

// The buffer that products read: the rows themselves or, in int8, the quantised ones.
static enum buffer ready(const struct decoder* d, struct layer* l, enum buffer from, int64_t width, int64_t rows,
                         enum buffer quantised) {
  if (!d->int8) {
    return from;
  }
  use(l, quantised, width, rows, true);
  append(l, (struct phase){.kind = CONVERT, .from = from, .to = quantised});
  return quantised;
}

// The buffer that products read of x after a norm, where there is one.
static enum buffer normed(const struct decoder* d, struct layer* l, enum place place, enum buffer to) {
  if (l->norms[place].kind == NO_NORM) {
    return ready(d, l, X, d->hidden, 1, to);
  }
  use(l, to, d->hidden, 1, d->int8);
  append(l, norm_phase(&l->norms[place], X, to));
  return to;
}

// x + factor * norm(from times a matrix)
static void append_block(const struct decoder* d, struct layer* l, struct matrix m, enum buffer from, enum place place,
                         float factor) {
  if (l->norms[place].kind == NO_NORM) {
    append_product(l, d, m, from, (struct after){.kind = ADD, .factor = factor}, X);
    return;
  }
  use(l, BLOCK, d->hidden, 1, false);
  append_product(l, d, m, from, STORED, BLOCK);
  append(l, add_phase(BLOCK, &l->norms[place], factor, X));
}

static void append_attention(const struct decoder* d, struct layer* l, enum buffer input) {
  use(l, QKV, qkv_width(&l->heads), 1, false);
  use(l, ATTENDED, width(&l->heads), 1, false);
  append_product(l, d, l->qkv, input, STORED, QKV);
  append(l, (struct phase){.kind = STORE_KV, .from = QKV, .to = QKV});
  l->kv_count = l->count;
  append(l, (struct phase){.kind = ATTEND, .from = QKV, .to = ATTENDED});
  enum buffer attended = ready(d, l, ATTENDED, width(&l->heads), 1, ATTENDED_INT8);
  append_block(d, l, l->out, attended, MIXER_OUT, l->block_scale);
}

// What an MLP's last product takes.
static enum buffer append_inner(const struct decoder* d, struct layer* l, enum buffer input) {
  use(l, ACTIVATED, l->mlp.size, 1, false);
  append_product(l, d, l->mlp.in, input, l->mlp.after, ACTIVATED);
  return ready(d, l, ACTIVATED, l->mlp.size, 1, ACTIVATED_INT8);
}

// plain: what the MLP takes; input: the same or, in int8, its quantised rows.
static void append_router(const struct decoder* d, struct layer* l, enum buffer plain) {
  const struct router* r = &l->router;
  if (l->norms[ROUTER_NORM].kind != NO_NORM) {
    use(l, ROUTER_IN, d->hidden, 1, false);
    append(l, norm_phase(&l->norms[ROUTER_NORM], X, ROUTER_IN));
    append(l, (struct phase){.kind = SCALE, .from = ROUTER_IN, .to = ROUTER_IN, .factor = l->router_scale});
    plain = ROUTER_IN;
  }
  if (l->router_matrix.type != d->type) {
    use(l, ROUTER_FLOAT, d->hidden, 1, false);
    append(l, (struct phase){.kind = CONVERT, .from = plain, .to = ROUTER_FLOAT});
    plain = ROUTER_FLOAT;
  }
  use(l, ROUTED, r->experts, 1, false);
  append(l, product_phase(l->router_matrix, plain, STORED, ROUTED, l->router_matrix.type));
  append(l, (struct phase){.kind = ROUTE, .from = ROUTED, .to = ROUTED, .type = l->router_matrix.type});
  append(l, (struct phase){.kind = SORT, .from = ROUTED, .to = ROUTED});
}

static void append_experts(const struct decoder* d, struct layer* l, enum buffer plain, enum buffer input) {
  int64_t chosen = l->router.chosen;
  append_router(d, l, plain);
  use(l, GATHERED, d->hidden, chosen, d->int8);
  append(l, (struct phase){.kind = GATHER, .from = input, .to = GATHERED});
  use(l, EXPERT_ACTIVATED, l->expert_size, chosen, false);
  append(l, (struct phase){.kind = EXPERTS,
                           .from = GATHERED,
                           .to = EXPERT_ACTIVATED,
                           .matrices = l->experts,
                           .after = l->expert_after,
                           .type = d->type});
  enum buffer activated = ready(d, l, EXPERT_ACTIVATED, l->expert_size, chosen, EXPERT_INT8);
  use(l, EXPERT_OUT, d->hidden, chosen, false);
  append(l, (struct phase){.kind = EXPERTS,
                           .from = activated,
                           .to = EXPERT_OUT,
                           .matrices = l->experts + l->router.experts,
                           .after = STORED,
                           .type = d->type});
  if (l->mlp.size && !l->beside) {
    use(l, SHARED, d->hidden, 1, false);
    append_product(l, d, l->mlp.down, append_inner(d, l, input), STORED, SHARED);
  }
  if (l->shared_gate.outputs) {
    use(l, OPENED, 1, 1, false);
    append_product(l, d, l->shared_gate, plain, STORED, OPENED);
  }
  use(l, BLOCK, d->hidden, 1, false);
  append(l, (struct phase){.kind = MIX, .from = EXPERT_OUT, .to = BLOCK});
}

// Rows of what experts take that are not quantised.
static enum buffer append_plain(const struct decoder* d, struct layer* l, enum place place) {
  if (l->norms[place].kind == NO_NORM) {
    return X;
  }
  use(l, MLP_PLAIN, d->hidden, 1, false);
  append(l, norm_phase(&l->norms[place], X, MLP_PLAIN));
  return MLP_PLAIN;
}

static void append_sparse_block(const struct decoder* d, struct layer* l) {
  if (l->beside) {
    use(l, SHARED, d->hidden, 1, false);
    append_product(l, d, l->mlp.down, append_inner(d, l, normed(d, l, MLP_IN, NORMED)), STORED, SHARED);
    append(l, norm_phase(&l->norms[DENSE_OUT], SHARED, SHARED));
  }
  enum buffer plain = append_plain(d, l, l->beside ? EXPERTS_IN : MLP_IN);
  append_experts(d, l, plain, ready(d, l, plain, d->hidden, 1, MLP_NORMED));
  if (l->beside) {
    append(l, add_phase(BLOCK, &l->norms[EXPERTS_OUT], 1, SHARED));
  }
  append(l, add_phase(l->beside ? SHARED : BLOCK, &l->norms[MLP_OUT], l->block_scale, X));
}

static void append_blocks(const struct decoder* d, struct layer* l) {
  bool shared = l->parallel && l->norms[MLP_IN].kind == NO_NORM;
  enum buffer mlp = l->parallel && !shared ? normed(d, l, MLP_IN, MLP_NORMED) : NORMED;
  append_attention(d, l, normed(d, l, MIXER_IN, NORMED));
  if (l->expert_count) {
    append_sparse_block(d, l);
    return;
  }
  if (!l->parallel) {
    mlp = normed(d, l, MLP_IN, NORMED);
  }
  append_block(d, l, l->mlp.down, append_inner(d, l, mlp), MLP_OUT, l->block_scale);
}

void end_layer(const struct decoder* d, struct layer* l) {
  append_blocks(d, l);
  if (l->input.size) {
    use(l, INPUT_ACTIVATED, l->input.size, 1, false);
    append_product(l, d, l->input.in, ready(d, l, X, d->hidden, 1, NORMED), l->input.after, INPUT_ACTIVATED);
    append(l, (struct phase){.kind = MULTIPLY, .from = INPUTS, .to = INPUT_ACTIVATED});
    enum buffer activated = ready(d, l, INPUT_ACTIVATED, l->input.size, 1, INPUT_INT8);
    append_block(d, l, l->input.down, activated, INPUT_OUT, 1);
  }
  if (l->out_scale != 1) {
    append(l, (struct phase){.kind = SCALE, .from = X, .to = X, .factor = l->out_scale});
  }
}

void set_inputs(struct decoder* d, const struct norm* n, const void* panels, int64_t layers, int64_t width,
                float factor) {
  struct matrix m = matrix(d, layers * width, d->hidden);
  m.panels = panels;
  d->input_layers = layers;
  d->input_width = width;
  if (d->int8) {
    d->inputs[d->input_count++] = (struct phase){.kind = CONVERT, .from = X, .to = NORMED};
  }
  d->inputs[d->input_count++] =
      product_phase(m, d->int8 ? NORMED : X, (struct after){.kind = CAP, .factor = factor}, INPUTS, d->type);
  d->inputs[d->input_count++] = norm_phase(n, INPUTS_BY_LAYER, INPUTS_BY_LAYER);
}

void set_head(struct decoder* d, const struct norm* n, const void* panels, int64_t vocab, float scale, float cap) {
  struct matrix m = matrix(d, vocab, d->hidden);
  m.panels = panels;
  d->vocab = vocab;
  d->head[0] = norm_phase(n, X, NORMED);
  d->head[1] = product_phase(m, NORMED, (struct after){.kind = CAP, .factor = scale, .cap = cap}, LOGITS, d->type);
}

// A row of activations, a cache line apart from the next one and not a multiple of a page.
static int64_t stride_of(int64_t width) { return round_up(width * 4, 64) + 64; }

static char* lines(char** at, int64_t bytes) {
  char* here = *at;
  *at += round_up(bytes, 64);
  return here;
}

static void lay_rows(struct rows* r, char** at, int64_t count, int64_t width, bool int8) {
  *r = (struct rows){0, count, width, stride_of(width), 0};
  r->data = lines(at, count * r->stride);
  if (int8) {
    r->steps = (float*)lines(at, count * 4);
  }
}

static void lay_routing(struct routing* r, char** at, int64_t rows, const struct router* router) {
  int64_t entries = rows * router->chosen * 4;
  r->experts = (int32_t*)lines(at, entries);
  r->shares = (float*)lines(at, entries);
  r->places = (int32_t*)lines(at, entries);
  r->tokens = (int32_t*)lines(at, entries);
  r->starts = (int32_t*)lines(at, (router->experts + 1) * 4);
}

int64_t head_buffers(const struct decoder* d, int64_t rows, char* scratch, struct call* c) {
  char* at = scratch;
  lay_rows(&c->buffers[NORMED], &at, rows, d->hidden, d->int8);
  return at - scratch;
}

int64_t layer_buffers(const struct layer* l, int64_t rows, int64_t longest, char* scratch, struct call* c) {
  char* at = scratch;
  for (int i = 0; i < BUFFERS; i++) {
    const struct room* room = l->rooms + i;
    if (room->width) {
      lay_rows(&c->buffers[i], &at, rows * room->rows, room->width, room->int8);
    }
  }
  if (l->expert_count) {
    lay_routing(&c->routing, &at, rows, &l->router);
  }
  c->attention = (float*)at;
  return at + omp_get_max_threads() * attention_floats(longest, l->heads.head_dim) * 4 - scratch;
}

int64_t scratch_bytes(const struct decoder* d, int64_t rows, int64_t longest) {
  struct call unused;
  int64_t most = head_buffers(d, rows, 0, &unused);
  for (int64_t i = 0; i < d->layer_count; i++) {
    int64_t bytes = layer_buffers(d->layers + i, rows, longest, 0, &unused);
    most = bytes > most ? bytes : most;
  }
  return most;
}
