// Operators on a decoder: it is begun, gets its layers and its head, computes, and is dropped.
#include "operators.h"

static const char* const NO_DECODER = "there is no decoder of this handle";
static const char* const NO_MEMORY = "not enough memory for a decoder";

// A handle is one int64. It comes in a tensor where an operator changes the decoder: else libtorch would take the
// operator for a function whose calls may be left out, or be made once for all.
static const char* wrong_handle(const struct argument* handle) {
  RULE(is_vector(handle, INT64, 1), "a handle is not one int64");
  return 0;
}

static struct decoder* decoder_of(const struct argument* handle) { return find_decoder(*(int64_t*)handle->data); }

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
    release(s, 0, 1, "decoder");
    refuse("decoder", NO_MEMORY);
  }
  *(int64_t*)a->data = d->handle;
}

static bool is_matrix(const struct argument* packed, struct matrix m) {
  return is_bytes(packed, packed_bytes(m.outputs, m.inputs, m.type));
}

enum { LAYER_TENSORS = 11 };

// Sizes and tables of a layer; what is wrong with them is for wrong_layer to say.
static struct layer layer_of(const value* s, const struct argument* a) {
  struct layer l = {.heads = {(int64_t)s[11], (int64_t)s[12], (int64_t)s[13], (float)number(s[15]), (int64_t)s[17]}};
  l.mlp = (int64_t)s[14];
  l.eps = (float)number(s[16]);
  l.rotation = (struct rotation){a[7].data, a[8].data, a[9].count ? a[9].data : 0, a[10].count ? a[10].data : 0, l.eps};
  l.positions = l.heads.head_dim > 0 ? a[7].count / l.heads.head_dim : 0;
  return l;
}

// decoder, attention_norm, qkv, out, mlp_norm, gate_up, down, cosine, sine, query_norm, key_norm; heads, kv_heads,
// head_dim, mlp, scale, eps, window
static const char* wrong_layer(const value* s, const struct argument* a) {
  const char* handle = wrong_handle(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  RULE(d, NO_DECODER);
  struct layer l = layer_of(s, a);
  int64_t heads = l.heads.count, kv_heads = l.heads.kv_count, head_dim = l.heads.head_dim;
  RULE(is_size(heads) && is_size(kv_heads) && is_size(head_dim) && is_size(l.mlp),
       "heads, head_dim or mlp is out of range");
  RULE(heads % kv_heads == 0, "heads is no multiple of kv_heads");
  RULE(is_size(heads * head_dim), "heads x head_dim is out of range");
  // A step of a product takes two bfloat16.
  RULE(head_dim % 2 == 0 && l.mlp % 2 == 0, "head_dim or mlp is odd");
  RULE(is_vector(a + 1, d->type, d->hidden) && is_vector(a + 4, d->type, d->hidden),
       "a norm is not [hidden] of the decoder's type");
  RULE(a[9].count == a[10].count && (a[9].count == 0 || (is_vector(a + 9, d->type, head_dim) &&
                                                         is_vector(a + 10, d->type, head_dim))),
       "query_norm and key_norm are not empty nor both [head_dim] of the decoder's type");
  RULE(l.heads.window == 0 || is_size(l.heads.window), "window is out of range");
  RULE(is_matrix(a + 2, qkv_matrix(d, &l)) && is_matrix(a + 3, out_matrix(d, &l)) &&
           is_matrix(a + 5, gate_up_matrix(d, &l)) && is_matrix(a + 6, down_matrix(d, &l)),
       "a packed matrix is too small");
  RULE(a[7].type == (int32_t)d->type && a[8].type == (int32_t)d->type && a[7].count % head_dim == 0 &&
           a[7].count == a[8].count,
       "cosine or sine is not of rows of head_dim");
  return 0;
}

// Keeps the tensors [1, to) of an operator for as long as the decoder lives.
static void keep(struct decoder* d, const value* stack, int to) {
  for (int i = 1; i < to; i++) {
    d->tensors[d->tensor_count++] = (tensor)stack[i];
  }
}

static void op_add_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[LAYER_TENSORS];
  read_arguments(s, LAYER_TENSORS, wrong_layer, "add_layer", a);
  struct decoder* d = decoder_of(a);
  if (!reserve(d, LAYER_TENSORS)) {
    release(s, 0, LAYER_TENSORS, "add_layer");
    refuse("add_layer", NO_MEMORY);
  }
  struct layer_weights w = {a[1].data, a[2].data, a[3].data, a[4].data, a[5].data, a[6].data};
  add_layer(d, layer_of(s, a), &w);
  keep(d, s, LAYER_TENSORS);
}

// decoder, norm, head; vocab, eps
static const char* wrong_head(const value* s, const struct argument* a) {
  const char* handle = wrong_handle(a);
  RULE(!handle, handle);
  const struct decoder* d = decoder_of(a);
  RULE(d, NO_DECODER);
  RULE(d->vocab == 0, "the decoder has a head");
  RULE(is_size((int64_t)s[3]), "vocab is out of range");
  RULE(is_vector(a + 1, d->type, d->hidden), "norm is not [hidden] of the decoder's type");
  RULE(is_matrix(a + 2, head_matrix(d, (int64_t)s[3])), "the packed head is too small");
  return 0;
}

static void op_set_head(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_head, "set_head", a);
  struct decoder* d = decoder_of(a);
  if (!reserve(d, 3)) {
    release(s, 0, 3, "set_head");
    refuse("set_head", NO_MEMORY);
  }
  set_head(d, a[1].data, a[2].data, (int64_t)s[3], (float)number(s[4]));
  keep(d, s, 3);
}

// decoder, rows, longest
static void op_scratch_bytes(value* s, uint64_t arguments, uint64_t results) {
  const struct decoder* d = find_decoder((int64_t)s[0]);
  if (!d) {
    refuse("scratch_bytes", NO_DECODER);
  }
  if (!is_size((int64_t)s[1]) || !is_size((int64_t)s[2])) {
    refuse("scratch_bytes", "rows or longest is out of range");
  }
  s[0] = (value)scratch_bytes(d, (int64_t)s[1], (int64_t)s[2]);
}

// Each span's tokens are rows of x, its positions are seen, and its entries in the table are blocks of the cache.
static const char* wrong_spans(const struct places* p, int64_t rows, int64_t block, int64_t blocks, int64_t entries) {
  for (int64_t i = 0; i < p->count; i++) {
    const int64_t* span = p->spans + 4 * i;
    RULE(span[0] >= 0 && span[1] >= 0 && span[0] <= rows && span[1] <= rows - span[0],
         "a span has tokens that x has not");
    RULE(span[2] >= 0 && span[2] <= p->longest && span[1] <= p->longest - span[2],
         "a span has positions beyond longest");
    int64_t needed = round_up(span[2] + span[1], block) / block;
    RULE(span[3] >= 0 && span[3] <= entries && needed <= entries - span[3],
         "a span needs more of the table than there is");
    RULE(are_in(p->table + span[3], needed, blocks), "the table has a block that the cache has not");
  }
  return 0;
}

enum { CALL_TENSORS = 9 };

static struct call call_of(const value* s, const struct argument* a, const struct decoder* d, const struct layer* l) {
  struct call c = {.phases = l->phases, .count = flag(s[12]) ? l->count : l->kv_count, .type = d->type, .layer = l};
  c.buffers[X] = tensor_rows(a);
  c.cache = (struct cache){a[1].data, a[2].data, a[1].size[2]};
  c.places = (struct places){(int64_t*)a[3].data, (int64_t*)a[4].data, (int64_t*)a[5].data, (int64_t*)a[6].data,
                             (int64_t*)a[7].data, a[6].size[0],        (int64_t)s[11]};
  return c;
}

// x, keys, values, positions, blocks, offsets, spans, table, scratch; decoder, layer, longest, whole
static const char* wrong_call(const value* s, const struct argument* a) {
  const struct decoder* d = find_decoder((int64_t)s[9]);
  RULE(d, NO_DECODER);
  int64_t index = (int64_t)s[10], longest = (int64_t)s[11];
  RULE(index >= 0 && index < d->layer_count, "the decoder has no such layer");
  RULE(is_size(longest), "longest is out of range");
  const struct layer* l = d->layers + index;
  RULE(is(a, d->type, 2) && a->size[1] == d->hidden, "x is not [tokens, hidden] of the decoder's type");
  int64_t tokens = a->size[0], blocks = a[1].size[0], block = a[1].size[2];
  RULE(is(a + 1, d->type, 4) && a[1].size[1] == l->heads.kv_count && block >= 1 && block % (2 * LANES) == 0 &&
           a[1].size[3] == l->heads.head_dim,
       "keys are not [blocks, kv_heads, block, head_dim] of the layer, with blocks of 32 or its multiple");
  RULE(is(a + 2, d->type, 4) && __builtin_memcmp(a[2].size, a[1].size, sizeof a[1].size) == 0,
       "values are not as keys");
  RULE(is_vector(a + 3, INT64, tokens) && is_vector(a + 4, INT64, tokens) && is_vector(a + 5, INT64, tokens),
       "positions, blocks or offsets are not int64, one a token");
  RULE(are_in((int64_t*)a[3].data, tokens, l->positions), "a position is beyond cosine and sine");
  RULE(are_in((int64_t*)a[4].data, tokens, blocks), "a block is beyond the cache");
  RULE(are_in((int64_t*)a[5].data, tokens, block), "an offset is beyond a block");
  RULE(is(a + 6, INT64, 2) && a[6].size[1] == 4 && a[7].type == INT64,
       "spans are not [count, 4] or table is not int64");
  struct call c = call_of(s, a, d, l);
  RULE(is_bytes(a + 8, layer_buffers(d, l, tokens, longest, 0, &c)), "scratch is not of scratch_bytes");
  return wrong_spans(&c.places, tokens, block, blocks, a[7].count);
}

static void op_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[CALL_TENSORS];
  read_arguments(s, CALL_TENSORS, wrong_call, "layer", a);
  const struct decoder* d = find_decoder((int64_t)s[9]);
  const struct layer* l = d->layers + (int64_t)s[10];
  struct call c = call_of(s, a, d, l);
  layer_buffers(d, l, a->size[0], c.places.longest, a[8].data, &c);
  kernels_of(product_type(d))->run(&c);
  release(s, 1, CALL_TENSORS, "layer");
}

// logits, x, scratch; decoder
static const char* wrong_head_call(const value* s, const struct argument* a) {
  const struct decoder* d = find_decoder((int64_t)s[3]);
  RULE(d, NO_DECODER);
  RULE(d->vocab, "the decoder has no head");
  RULE(is(a + 1, d->type, 2) && a[1].size[1] == d->hidden, "x is not [tokens, hidden] of the decoder's type");
  RULE(is(a, d->type, 2) && a->size[0] == a[1].size[0] && a->size[1] == d->vocab,
       "logits are not [tokens, vocab] of the decoder's type");
  struct call unused;
  RULE(is_bytes(a + 2, head_buffers(d, a->size[0], 0, &unused)), "scratch is too small");
  return 0;
}

static void op_head(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_head_call, "head", a);
  const struct decoder* d = find_decoder((int64_t)s[3]);
  struct call c = {.phases = d->head, .count = 2, .type = d->type};
  c.buffers[X] = tensor_rows(a + 1);
  c.buffers[LOGITS] = tensor_rows(a);
  head_buffers(d, a->size[0], a[2].data, &c);
  kernels_of(product_type(d))->run(&c);
  release(s, 1, 3, "head");
}

static const char* wrong_drop(const value* s, const struct argument* a) {
  const char* handle = wrong_handle(a);
  RULE(!handle, handle);
  RULE(decoder_of(a), NO_DECODER);
  return 0;
}

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

const struct operator DECODER_OPERATORS[] = {
    {"decoder", "decoder(Tensor(a!) handle, *, int dtype, int hidden, bool int8) -> Tensor(a!)", op_decoder},
    {"add_layer",
     "add_layer(Tensor(a!) decoder, Tensor attention_norm, Tensor qkv, Tensor out, Tensor mlp_norm, Tensor gate_up, "
     "Tensor down, Tensor cosine, Tensor sine, Tensor query_norm, Tensor key_norm, *, int heads, int kv_heads, int "
     "head_dim, int mlp, float scale, float eps, int window) "
     "-> Tensor(a!)",
     op_add_layer},
    {"set_head", "set_head(Tensor(a!) decoder, Tensor norm, Tensor head, *, int vocab, float eps) -> Tensor(a!)",
     op_set_head},
    {"scratch_bytes", "scratch_bytes(int decoder, int rows, int longest) -> int", op_scratch_bytes},
    {"layer",
     "layer(Tensor(a!) x, Tensor(b!) keys, Tensor(c!) values, Tensor positions, Tensor blocks, Tensor offsets, Tensor "
     "spans, "
     "Tensor table, Tensor(d!) scratch, *, int decoder, int layer, int longest, bool whole) -> Tensor(a!)",
     op_layer},
    {"head", "head(Tensor(a!) logits, Tensor x, Tensor(b!) scratch, *, int decoder) -> Tensor(a!)", op_head},
    {"drop", "drop(Tensor(a!) decoder) -> Tensor(a!)", op_drop},
    {0},
};
