// Operators that build a decoder: it is begun, gets its layers, each by its parts, and its head, and is dropped.
#include "operators.h"

static const char* const NO_MEMORY = "not enough memory for a decoder";

// A handle is one int64. It comes in a tensor where an operator changes the decoder: else libtorch would take the
// operator for a function whose calls may be left out, or be made once for all.
static const char* wrong_handle(const struct argument* handle) {
  RULE(is_vector(handle, INT64, 1), "a handle is not one int64");
  return 0;
}

static struct decoder* decoder_of(const struct argument* handle) { return find_decoder(*(int64_t*)handle->data); }

static const char* wrong_decoder_of(const struct argument* handle) {
  const char* wrong = wrong_handle(handle);
  RULE(!wrong, wrong);
  RULE(decoder_of(handle), NO_DECODER);
  return 0;
}

static const char* wrong_layer_of(const struct argument* handle) {
  const char* wrong = wrong_decoder_of(handle);
  RULE(!wrong, wrong);
  RULE(open_layer(decoder_of(handle)), "no layer is being built");
  return 0;
}

// Keeps the tensors [1, to) of an operator for as long as the decoder lives; reserve() made room for them.
static void keep(struct decoder* d, const value* stack, int to) {
  for (int i = 1; i < to; i++) {
    d->tensors[d->tensor_count++] = (tensor)stack[i];
  }
}

static void refuse_memory(const value* stack, int tensors, const char* operator) {
  release(stack, 0, tensors, operator);
  refuse(operator, NO_MEMORY);
}

// The decoder of an operator's tensors, with room to keep them.
static struct decoder* decoder_with_room(const value* stack, int tensors, rule* wrong, const char* operator,
                                         struct argument* a) {
  read_arguments(stack, tensors, wrong, operator, a);
  struct decoder* d = decoder_of(a);
  if (!reserve(d, tensors)) {
    refuse_memory(stack, tensors, operator);
  }
  return d;
}

static bool is_matrix(const struct argument* packed, struct matrix m) {
  return is_bytes(packed, packed_bytes(m.outputs, m.inputs, m.type));
}

static struct matrix packed(struct matrix m, const struct argument* panels) {
  m.panels = panels->data;
  return m;
}

static bool is_count(value v, int64_t end) { return (int64_t)v >= 0 && (int64_t)v < end; }

// A norm's weight of `count` elements, and its bias.
static const char* wrong_norm(value kind, value eps, const struct argument* weight, const struct argument* bias,
                              int64_t count, enum type type) {
  RULE(is_count(kind, NORMS), "there is no such kind of norm");
  RULE((int64_t)kind == NO_NORM || number(eps) > 0, "eps of a norm is not above 0");
  bool weighted = (int64_t)kind != NO_NORM && (int64_t)kind != RMS_ALONE;
  RULE(weight->count == (weighted ? count : 0), "a norm's weight is not of its width");
  RULE(!weighted || weight->type == (int32_t)((int64_t)kind == RMS ? type : FLOAT32),
       "a norm's weight is not float32, or of the decoder's type where it is rounded before");
  RULE(bias->count == 0 || ((int64_t)kind == LAYER_NORM && bias->count == count && bias->type == FLOAT32),
       "a norm's bias is not empty nor float32 of its width");
  return 0;
}

static struct norm norm_of(value kind, value eps, const struct argument* weight, const struct argument* bias) {
  return (struct norm){(int)kind, weight->data, bias && bias->count ? bias->data : 0, (float)number(eps)};
}

// handle; dtype, hidden, int8
static const char* wrong_decoder(const value* s, const struct argument* a) {
  const char* handle = wrong_handle(a);
  RULE(!handle, handle);
  int64_t dtype = (int64_t)s[1], hidden = (int64_t)s[2];
  RULE(dtype == FLOAT32 || (dtype == BFLOAT16 && !flag(s[3])), "dtype is not float32, nor bfloat16 without int8");
  RULE(is_size(hidden) && hidden % 2 == 0, "hidden is out of range or odd");
  return 0;
}

static void op_decoder(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_decoder, "decoder", a);
  const struct decoder* d = new_decoder((enum type)s[1], flag(s[3]), (int64_t)s[2]);
  if (!d) {
    refuse_memory(s, 1, "decoder");
  }
  *(int64_t*)a->data = d->handle;
}

// decoder; parallel, block_scale, out_scale
static const char* wrong_layer(const value* s, const struct argument* a) {
  const char* handle = wrong_decoder_of(a);
  RULE(!handle, handle);
  RULE(!open_layer(decoder_of(a)), "another layer is being built");
  return 0;
}

static void op_add_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_layer, "add_layer", a);
  if (!add_layer(decoder_of(a), flag(s[1]), (float)number(s[2]), (float)number(s[3]))) {
    refuse_memory(s, 1, "add_layer");
  }
}

// decoder, weight, bias; place, kind, eps
static const char* wrong_set_norm(const value* s, const struct argument* a) {
  const char* handle = wrong_layer_of(a);
  RULE(!handle, handle);
  RULE(is_count(s[3], NORM_PLACES), "there is no such place of a norm");
  return wrong_norm(s[4], s[5], a + 1, a + 2, decoder_of(a)->hidden, decoder_of(a)->type);
}

static void op_set_norm(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  struct decoder* d = decoder_with_room(s, 3, wrong_set_norm, "set_norm", a);
  open_layer(d)->norms[(int64_t)s[3]] = norm_of(s[4], s[5], a + 1, a + 2);
  keep(d, s, 3);
}

enum { ATTENTION_TENSORS = 9 };

static struct heads heads_of(const value* s, const struct argument* a) {
  return (struct heads){.count = (int64_t)s[9],
                        .kv_count = (int64_t)s[10],
                        .head_dim = (int64_t)s[11],
                        .window = (int64_t)s[12],
                        .kv = (int)s[13],
                        .scale = (float)number(s[19]),
                        .cap = (float)number(s[20]),
                        .sinks = a[8].count ? (float*)a[8].data : 0};
}

static const struct argument NOTHING = {.count = 0};

// Norms of queries, keys and values.
static const char* wrong_head_norms(const value* s, const struct argument* a, const struct heads* h, enum type type) {
  RULE(is_count(s[14], PLACES), "there is no such place of a norm of heads");
  bool wide = (int64_t)s[14] == WHOLE_WIDTH || (int64_t)s[14] == WEIGHTS_BY_HEAD;
  int64_t queries = wide ? h->count * h->head_dim : h->head_dim, keys = wide ? h->kv_count * h->head_dim : h->head_dim;
  const char* query = wrong_norm(s[15], s[17], a + 5, &NOTHING, queries, type);
  RULE(!query, query);
  value of_keys = h->kv == EARLIER ? (value)NO_NORM : s[15];
  const char* key = wrong_norm(of_keys, s[17], a + 6, &NOTHING, keys, type);
  RULE(!key, key);
  RULE(h->kv != EARLIER || (int64_t)s[16] == NO_NORM, "values of an earlier layer have a norm");
  return wrong_norm(s[16], s[18], a + 7, &NOTHING, h->head_dim, type);
}

// decoder, qkv, out, cosine, sine, query_norm, key_norm, value_norm, sinks; heads, kv_heads, head_dim, window, kv,
// norm_place, norm_kind, value_norm_kind, norm_eps, value_norm_eps, scale, cap, clip, position_beta, position_original
static const char* wrong_attention(const value* s, const struct argument* a) {
  const char* handle = wrong_layer_of(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  struct heads h = heads_of(s, a);
  RULE(is_size(h.count) && is_size(h.kv_count) && is_size(h.head_dim), "heads or head_dim is out of range");
  RULE(h.count % h.kv_count == 0, "heads is no multiple of kv_heads");
  RULE(is_size(h.count * h.head_dim), "heads x head_dim is out of range");
  // A step of a product takes two bfloat16.
  RULE(h.head_dim % 2 == 0, "head_dim is odd");
  RULE(h.window == 0 || is_size(h.window), "window is out of range");
  RULE(is_count(s[13], KV_SOURCES), "keys and values have no such source");
  RULE(h.scale > 0 && h.cap >= 0 && number(s[21]) >= 0 && number(s[23]) > 0,
       "scale, cap, clip or position_original is out of range");
  const char* norms = wrong_head_norms(s, a, &h, d->type);
  RULE(!norms, norms);
  RULE(a[8].count == 0 || is_vector(a + 8, FLOAT32, h.count), "sinks are not empty nor float32, one a head");
  RULE(is_matrix(a + 1, qkv_matrix(d, &h)) && is_matrix(a + 2, out_matrix(d, &h)), "a packed matrix is too small");
  RULE(a[3].count == a[4].count &&
           (a[3].count == 0 || (is(a + 3, d->type, 3) && is(a + 4, d->type, 3) && a[3].size[1] == 1 &&
                                a[3].size[2] == a[4].size[2] && a[3].size[2] % 2 == 0 && a[3].size[2] <= h.head_dim)),
       "cosine and sine are not empty nor [positions, 1, width] of the decoder's type, width even and up to head_dim");
  return 0;
}

static void op_set_attention(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[ATTENTION_TENSORS];
  struct decoder* d = decoder_with_room(s, ATTENTION_TENSORS, wrong_attention, "set_attention", a);
  struct layer* l = open_layer(d);
  l->heads = heads_of(s, a);
  l->qkv = packed(qkv_matrix(d, &l->heads), a + 1);
  l->out = packed(out_matrix(d, &l->heads), a + 2);
  l->rotation = (struct rotation){.place = (int)s[14],
                                  .query_norm = norm_of(s[15], s[17], a + 5, 0),
                                  .key_norm = norm_of(s[15], s[17], a + 6, 0),
                                  .value_norm = norm_of(s[16], s[18], a + 7, 0),
                                  .clip = (float)number(s[21]),
                                  .position_beta = (float)number(s[22]),
                                  .position_original = (float)number(s[23])};
  if (a[3].count) {
    l->rotation.cosine = a[3].data;
    l->rotation.sine = a[4].data;
    l->rotation.width = a[3].size[2];
    l->table_rows = a[3].size[0];
  }
  keep(d, s, ATTENTION_TENSORS);
}

static struct after after_of(const value* s) {
  struct after after = {.kind = flag(s[5]) ? GATE : ACTIVATE, .activation.kind = (int)s[6]};
  after.activation.numbers[0] = (float)number(s[7]);
  after.activation.numbers[1] = (float)number(s[8]);
  return after;
}

// decoder, in, down; part, size, gated, activation, first, second
static const char* wrong_mlp(const value* s, const struct argument* a) {
  const char* handle = wrong_layer_of(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  const struct layer* l = open_layer(d);
  int64_t part = (int64_t)s[3], size = (int64_t)s[4], activation = (int64_t)s[6];
  RULE(is_count(s[3], PARTS), "an MLP is no such part of a layer");
  RULE(is_size(size) && size % 2 == 0, "size is out of range or odd");
  RULE(is_count(s[6], ACTIVATIONS), "there is no such activation");
  RULE(activation != CLAMPED_SWIGLU || flag(s[5]), "an activation of two is not gated");
  RULE(l->router.experts || (part != EXPERT && part != SHARED_EXPERT), "the layer has no router of experts");
  RULE(part != EXPERT || l->expert_count < l->router.experts, "the layer has all its experts");
  RULE(part != EXPERT || l->expert_count == 0 || size == l->expert_size, "experts are not of one size");
  RULE(part == EXPERT || part == INPUT || l->mlp.size == 0, "the layer has an MLP");
  RULE(part != INPUT || (l->input.size == 0 && size == d->input_width && d->layer_count <= d->input_layers),
       "the layer has such an input, or it is not as wide as that of the decoder, or of fewer layers");
  RULE(is_matrix(a + 1, in_matrix(d, size, flag(s[5]))) && is_matrix(a + 2, matrix(d, d->hidden, size)),
       "a packed matrix is too small");
  return 0;
}

static void op_add_mlp(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  struct decoder* d = decoder_with_room(s, 3, wrong_mlp, "add_mlp", a);
  struct layer* l = open_layer(d);
  int64_t size = (int64_t)s[4];
  struct matrix in = packed(in_matrix(d, size, flag(s[5])), a + 1), down = packed(matrix(d, d->hidden, size), a + 2);
  if ((int64_t)s[3] == EXPERT) {
    l->expert_size = size;
    l->expert_after = after_of(s);
    l->experts[l->expert_count] = in;
    l->experts[l->router.experts + l->expert_count++] = down;
  } else if ((int64_t)s[3] == INPUT) {
    l->input = (struct mlp){size, after_of(s), in, down};
  } else {
    l->mlp = (struct mlp){size, after_of(s), in, down};
    l->beside = (int64_t)s[3] == DENSE && l->router.experts;
  }
  keep(d, s, 3);
}

// As many as a thread's stack has room for.
enum { MAX_EXPERTS = 4096 };

static bool is_shared_gate(const struct argument* gate, const struct decoder* d) {
  return gate->count == 0 || is_bytes(gate, packed_bytes(1, d->hidden, d->type));
}

// decoder, router, correction, shared_gate, scales; kind, experts, chosen, groups, chosen_groups, normalised, in_float,
// scale, input_scale
static const char* wrong_router(const value* s, const struct argument* a) {
  const char* handle = wrong_layer_of(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  int64_t experts = (int64_t)s[6], chosen = (int64_t)s[7], groups = (int64_t)s[8], chosen_groups = (int64_t)s[9];
  RULE(open_layer(d)->router.experts == 0 && open_layer(d)->mlp.size == 0, "the layer has a router or an MLP");
  RULE(is_count(s[5], ROUTERS), "there is no such kind of router");
  RULE(experts >= 1 && experts <= MAX_EXPERTS, "experts are out of range");
  RULE(chosen >= 1 && chosen <= experts, "more experts are chosen than there are");
  RULE(groups >= 1 && experts % groups == 0 && chosen_groups >= 1 && chosen_groups <= groups,
       "experts do not split into groups, or more groups are chosen than there are");
  RULE(is_bytes(a + 1, packed_bytes(experts, d->hidden, flag(s[11]) ? FLOAT32 : d->type)) && is_shared_gate(a + 3, d),
       "a packed matrix is too small");
  RULE((a[2].count == 0 || is_vector(a + 2, FLOAT32, experts)) &&
           (a[4].count == 0 || is_vector(a + 4, FLOAT32, experts)),
       "correction or scales are not empty nor float32, one an expert");
  return 0;
}

static void op_set_router(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[5];
  struct decoder* d = decoder_with_room(s, 5, wrong_router, "set_router", a);
  struct layer* l = open_layer(d);
  if (!reserve_experts(l, (int64_t)s[6])) {
    refuse_memory(s, 5, "set_router");
  }
  l->router = (struct router){.kind = (int)s[5],
                              .experts = (int64_t)s[6],
                              .chosen = (int64_t)s[7],
                              .groups = (int64_t)s[8],
                              .chosen_groups = (int64_t)s[9],
                              .normalised = flag(s[10]),
                              .scale = (float)number(s[12]),
                              .correction = a[2].count ? (float*)a[2].data : 0,
                              .scales = a[4].count ? (float*)a[4].data : 0};
  l->router_scale = (float)number(s[13]);
  // A router is never rounded to int8.
  l->router_matrix = (struct matrix){a[1].data, l->router.experts, d->hidden, flag(s[11]) ? FLOAT32 : d->type};
  if (a[3].count) {
    l->shared_gate = (struct matrix){a[3].data, 1, d->hidden, d->type};
  }
  keep(d, s, 5);
}

// decoder
static const char* wrong_end(const value* s, const struct argument* a) {
  const char* handle = wrong_layer_of(a);
  RULE(!handle, handle);
  const struct layer* l = open_layer(decoder_of(a));
  RULE(l->heads.count, "the layer has no attention");
  RULE(l->router.experts ? l->expert_count == l->router.experts : l->mlp.size > 0, "the layer has not all its MLPs");
  RULE(!l->shared_gate.outputs || (l->mlp.size && !l->beside), "the layer has a gate of an MLP that it has not");
  RULE(!l->beside || l->norms[DENSE_OUT].kind, "an MLP beside experts has no norm after it");
  RULE(!l->parallel || (l->norms[MIXER_IN].kind && !l->router.experts),
       "blocks side by side have no norm before them, or experts");
  return 0;
}

static void op_end_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_end, "end_layer", a);
  end_layer(decoder_of(a), open_layer(decoder_of(a)));
}

// decoder, norm, product; layers, width, norm_kind, norm_eps, factor
static const char* wrong_inputs(const value* s, const struct argument* a) {
  const char* handle = wrong_decoder_of(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  RULE(d->input_count == 0, "the decoder has inputs of layers");
  int64_t layers = (int64_t)s[3], width = (int64_t)s[4];
  RULE(is_size(layers) && is_size(width) && is_size(layers * width), "layers x width is out of range");
  RULE((int64_t)s[5] != NO_NORM, "inputs of layers have no norm");
  const char* norm = wrong_norm(s[5], s[6], a + 1, &NOTHING, width, d->type);
  RULE(!norm, norm);
  RULE(is_matrix(a + 2, matrix(d, layers * width, d->hidden)), "a packed matrix is too small");
  return 0;
}

static void op_set_inputs(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  struct decoder* d = decoder_with_room(s, 3, wrong_inputs, "set_inputs", a);
  struct norm n = norm_of(s[5], s[6], a + 1, 0);
  set_inputs(d, &n, a[2].data, (int64_t)s[3], (int64_t)s[4], (float)number(s[7]));
  keep(d, s, 3);
}

// decoder, norm, norm_bias, head; vocab, norm_kind, norm_eps, scale, cap
static const char* wrong_head(const value* s, const struct argument* a) {
  const char* handle = wrong_decoder_of(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  RULE(d->vocab == 0, "the decoder has a head");
  RULE(is_size((int64_t)s[4]), "vocab is out of range");
  RULE((int64_t)s[5] != NO_NORM, "the head has no norm");
  const char* norm = wrong_norm(s[5], s[6], a + 1, a + 2, d->hidden, d->type);
  RULE(!norm, norm);
  RULE(number(s[8]) >= 0, "cap is out of range");
  RULE(is_matrix(a + 3, matrix(d, (int64_t)s[4], d->hidden)), "the packed head is too small");
  return 0;
}

static void op_set_head(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[4];
  struct decoder* d = decoder_with_room(s, 4, wrong_head, "set_head", a);
  struct norm n = norm_of(s[5], s[6], a + 1, a + 2);
  set_head(d, &n, a[3].data, (int64_t)s[4], (float)number(s[7]), (float)number(s[8]));
  keep(d, s, 4);
}

static const char* wrong_drop(const value* s, const struct argument* a) { return wrong_decoder_of(a); }

// decoder. No call may be using it.
static void op_drop(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_drop, "drop", a);
  struct decoder* d = decoder_of(a);
  remove_decoder(d);
  *(int64_t*)a->data = 0;
  bool failed = false;
  for (int64_t i = 0; i < d->tensor_count; i++) {
    failed |= aoti_torch_delete_tensor_object(d->tensors[i]) != 0;
  }
  free_decoder(d);
  if (failed) {
    release(s, 0, 1, "drop");
    refuse("drop", "libtorch does not free a tensor");
  }
}

const struct operator LAYER_OPERATORS[] = {
    {"decoder", "decoder(Tensor(a!) handle, *, int dtype, int hidden, bool int8) -> Tensor(a!)", op_decoder},
    {"add_layer", "add_layer(Tensor(a!) decoder, *, bool parallel, float block_scale, float out_scale) -> Tensor(a!)",
     op_add_layer},
    {"set_norm",
     "set_norm(Tensor(a!) decoder, Tensor weight, Tensor bias, *, int place, int kind, float eps) -> Tensor(a!)",
     op_set_norm},
    {"set_attention",
     "set_attention(Tensor(a!) decoder, Tensor qkv, Tensor out, Tensor cosine, Tensor sine, Tensor query_norm, Tensor "
     "key_norm, Tensor value_norm, Tensor sinks, *, int heads, int kv_heads, int head_dim, int window, int kv, int "
     "norm_place, int norm_kind, int value_norm_kind, float norm_eps, float value_norm_eps, float scale, float cap, "
     "float clip, float "
     "position_beta, float position_original) -> Tensor(a!)",
     op_set_attention},
    {"set_router",
     "set_router(Tensor(a!) decoder, Tensor router, Tensor correction, Tensor shared_gate, Tensor scales, *, int kind, "
     "int experts, int chosen, int groups, int chosen_groups, bool normalised, bool in_float, float scale, float "
     "input_scale) -> Tensor(a!)",
     op_set_router},
    {"add_mlp",
     "add_mlp(Tensor(a!) decoder, Tensor in_, Tensor down, *, int part, int size, bool gated, int activation, float "
     "first, float second) -> Tensor(a!)",
     op_add_mlp},
    {"end_layer", "end_layer(Tensor(a!) decoder) -> Tensor(a!)", op_end_layer},
    {"set_head",
     "set_head(Tensor(a!) decoder, Tensor norm, Tensor norm_bias, Tensor head, *, int vocab, int norm_kind, float "
     "norm_eps, float scale, float cap) -> Tensor(a!)",
     op_set_head},
    {"set_inputs",
     "set_inputs(Tensor(a!) decoder, Tensor norm, Tensor product, *, int layers, int width, int norm_kind, float "
     "norm_eps, float factor) -> Tensor(a!)",
     op_set_inputs},
    {"drop", "drop(Tensor(a!) decoder) -> Tensor(a!)", op_drop},
    {0},
};
