// Operators that compute with a decoder.
#include "operators.h"

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

enum { CALL_TENSORS = 11 };

static struct call call_of(const value* s, const struct argument* a, const struct decoder* d, const struct layer* l) {
  struct call c = {.phases = l->phases, .count = flag(s[14]) ? l->count : l->kv_count, .type = d->type, .layer = l};
  c.buffers[X] = tensor_rows(a);
  c.cache = (struct cache){a[1].data, a[2].data, (int64_t)s[15], a[1].size[1] * (int64_t)size_of(d->type)};
  c.places = (struct places){.positions = (int64_t*)a[3].data,
                             .rotations = (int64_t*)a[4].data,
                             .blocks = (int64_t*)a[5].data,
                             .offsets = (int64_t*)a[6].data,
                             .spans = (int64_t*)a[7].data,
                             .table = (int64_t*)a[8].data,
                             .count = a[7].size[0],
                             .longest = (int64_t)s[13]};
  if (l->input.size) {
    int64_t row = a[10].size[1] * a[10].size[2];
    c.buffers[INPUTS] = (struct rows){a[10].data, a[10].size[0], l->input.size, row * (int64_t)size_of(d->type), 0};
    c.buffers[INPUTS].data += (int64_t)s[12] * l->input.size * (int64_t)size_of(d->type);
  }
  return c;
}

// x, keys, values, positions, rotations, blocks, offsets, spans, table, scratch, inputs; decoder, layer, longest,
// whole, block
static const char* wrong_call(const value* s, const struct argument* a) {
  const struct decoder* d = find_decoder((int64_t)s[11]);
  RULE(d, NO_DECODER);
  int64_t index = (int64_t)s[12], longest = (int64_t)s[13];
  RULE(index >= 0 && index < d->layer_count && d->layers[index].count, "the decoder has no such layer");
  RULE(is_size(longest), "longest is out of range");
  const struct layer* l = d->layers + index;
  RULE(is(a, d->type, 2) && a->size[1] == d->hidden, "x is not [tokens, hidden] of the decoder's type");
  int64_t tokens = a->size[0], blocks = a[1].size[0], block = (int64_t)s[15];
  RULE(is_size(block) && block % (2 * LANES) == 0, "block is no multiple of 32");
  RULE(is(a + 1, d->type, 2) && a[1].size[1] >= l->heads.kv_count * block * l->heads.head_dim,
       "keys are not [blocks, at least kv_heads * block * head_dim] of the layer");
  RULE(is(a + 2, d->type, 2) && __builtin_memcmp(a[2].size, a[1].size, sizeof a[1].size) == 0,
       "values are not as keys");
  RULE(is_vector(a + 3, INT64, tokens) && is_vector(a + 4, INT64, tokens) && is_vector(a + 5, INT64, tokens) &&
           is_vector(a + 6, INT64, tokens),
       "positions, rotations, blocks or offsets are not int64, one a token");
  RULE(are_in((int64_t*)a[3].data, tokens, longest), "a position is beyond longest");
  RULE(!l->table_rows || are_in((int64_t*)a[4].data, tokens, l->table_rows), "a rotation is beyond cosine and sine");
  RULE(are_in((int64_t*)a[5].data, tokens, blocks), "a block is beyond the cache");
  RULE(are_in((int64_t*)a[6].data, tokens, block), "an offset is beyond a block");
  RULE(is(a + 7, INT64, 2) && a[7].size[1] == 4 && a[8].type == INT64,
       "spans are not [count, 4] or table is not int64");
  struct call c = call_of(s, a, d, l);
  RULE(!l->input.size || (is(a + 10, d->type, 3) && a[10].size[0] == tokens && a[10].size[1] == d->input_layers &&
                          a[10].size[2] == d->input_width),
       "inputs are not [tokens, layers, width] of the decoder");
  RULE(is_bytes(a + 9, layer_buffers(l, tokens, longest, 0, &c)), "scratch is not of scratch_bytes");
  return wrong_spans(&c.places, tokens, block, blocks, a[8].count);
}

static void op_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[CALL_TENSORS];
  read_arguments(s, CALL_TENSORS, wrong_call, "layer", a);
  const struct decoder* d = find_decoder((int64_t)s[11]);
  const struct layer* l = d->layers + (int64_t)s[12];
  struct call c = call_of(s, a, d, l);
  layer_buffers(l, a->size[0], c.places.longest, a[9].data, &c);
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

// to, x, scratch; decoder
static const char* wrong_inputs(const value* s, const struct argument* a) {
  const struct decoder* d = find_decoder((int64_t)s[3]);
  RULE(d, NO_DECODER);
  RULE(d->input_count, "layers of the decoder have no inputs");
  RULE(is(a + 1, d->type, 2) && a[1].size[1] == d->hidden, "x is not [tokens, hidden] of the decoder's type");
  RULE(is(a, d->type, 3) && a->size[0] == a[1].size[0] && a->size[1] == d->input_layers && a->size[2] == d->input_width,
       "to is not [tokens, layers, width] of the decoder's type");
  struct call unused;
  RULE(is_bytes(a + 2, head_buffers(d, a->size[0], 0, &unused)), "scratch is too small");
  return 0;
}

static void op_inputs(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_inputs, "inputs", a);
  const struct decoder* d = find_decoder((int64_t)s[3]);
  struct call c = {.phases = d->inputs, .count = d->input_count, .type = d->type};
  int64_t size = (int64_t)size_of(d->type), tokens = a->size[0], width = d->input_layers * d->input_width;
  c.buffers[X] = tensor_rows(a + 1);
  c.buffers[INPUTS] = (struct rows){a->data, tokens, width, width * size, 0};
  c.buffers[INPUTS_BY_LAYER] =
      (struct rows){a->data, tokens * d->input_layers, d->input_width, d->input_width * size, 0};
  head_buffers(d, tokens, a[2].data, &c);
  kernels_of(product_type(d))->run(&c);
  release(s, 1, 3, "inputs");
}

const struct operator DECODER_OPERATORS[] = {
    {"scratch_bytes", "scratch_bytes(int decoder, int rows, int longest) -> int", op_scratch_bytes},
    {"layer",
     "layer(Tensor(a!) x, Tensor(b!) keys, Tensor(c!) values, Tensor positions, Tensor rotations, Tensor blocks, "
     "Tensor offsets, Tensor spans, Tensor table, Tensor(d!) scratch, Tensor inputs, *, int decoder, int layer, int "
     "longest, bool whole, int block) -> Tensor(a!)",
     op_layer},
    {"inputs", "inputs(Tensor(a!) to, Tensor x, Tensor(b!) scratch, *, int decoder) -> Tensor(a!)", op_inputs},
    {"head", "head(Tensor(a!) logits, Tensor x, Tensor(b!) scratch, *, int decoder) -> Tensor(a!)", op_head},
    {0},
};
