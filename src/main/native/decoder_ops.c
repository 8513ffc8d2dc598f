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

enum { CALL_TENSORS = 10 };

static struct call call_of(const value* s, const struct argument* a, const struct decoder* d, const struct layer* l) {
  struct call c = {.phases = l->phases, .count = flag(s[13]) ? l->count : l->kv_count, .type = d->type, .layer = l};
  c.buffers[X] = tensor_rows(a);
  c.cache = (struct cache){a[1].data, a[2].data, a[1].size[2]};
  c.places = (struct places){.positions = (int64_t*)a[3].data,
                             .rotations = (int64_t*)a[4].data,
                             .blocks = (int64_t*)a[5].data,
                             .offsets = (int64_t*)a[6].data,
                             .spans = (int64_t*)a[7].data,
                             .table = (int64_t*)a[8].data,
                             .count = a[7].size[0],
                             .longest = (int64_t)s[12]};
  return c;
}

// x, keys, values, positions, rotations, blocks, offsets, spans, table, scratch; decoder, layer, longest, whole
static const char* wrong_call(const value* s, const struct argument* a) {
  const struct decoder* d = find_decoder((int64_t)s[10]);
  RULE(d, NO_DECODER);
  int64_t index = (int64_t)s[11], longest = (int64_t)s[12];
  RULE(index >= 0 && index < d->layer_count && d->layers[index].count, "the decoder has no such layer");
  RULE(is_size(longest), "longest is out of range");
  const struct layer* l = d->layers + index;
  RULE(is(a, d->type, 2) && a->size[1] == d->hidden, "x is not [tokens, hidden] of the decoder's type");
  int64_t tokens = a->size[0], blocks = a[1].size[0], block = a[1].size[2];
  RULE(is(a + 1, d->type, 4) && a[1].size[1] == l->heads.kv_count && block >= 1 && block % (2 * LANES) == 0 &&
           a[1].size[3] == l->heads.head_dim,
       "keys are not [blocks, kv_heads, block, head_dim] of the layer, with blocks of 32 or its multiple");
  RULE(is(a + 2, d->type, 4) && __builtin_memcmp(a[2].size, a[1].size, sizeof a[1].size) == 0,
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
  RULE(is_bytes(a + 9, layer_buffers(l, tokens, longest, 0, &c)), "scratch is not of scratch_bytes");
  return wrong_spans(&c.places, tokens, block, blocks, a[8].count);
}

static void op_layer(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[CALL_TENSORS];
  read_arguments(s, CALL_TENSORS, wrong_call, "layer", a);
  const struct decoder* d = find_decoder((int64_t)s[10]);
  const struct layer* l = d->layers + (int64_t)s[11];
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

const struct operator DECODER_OPERATORS[] = {
    {"scratch_bytes", "scratch_bytes(int decoder, int rows, int longest) -> int", op_scratch_bytes},
    {"layer",
     "layer(Tensor(a!) x, Tensor(b!) keys, Tensor(c!) values, Tensor positions, Tensor rotations, Tensor blocks, "
     "Tensor offsets, Tensor spans, Tensor table, Tensor(d!) scratch, *, int decoder, int layer, int longest, bool "
     "whole) -> Tensor(a!)",
     op_layer},
    {"head", "head(Tensor(a!) logits, Tensor x, Tensor(b!) scratch, *, int decoder) -> Tensor(a!)", op_head},
    {0},
};
