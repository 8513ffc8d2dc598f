// Attention over the paged cache. A query's scores, its softmax and its sum of values go position by position in their
// order.
#include "activations.h"

// Keys or values of a head in a block.
static char* head_of(const struct cache* c, const struct heads* h, char* from, int64_t block, int64_t head,
                     size_t size) {
  return from + block * c->stride + head * c->block * h->head_dim * size;
}

// x * cosine + swapped * sine, where swapped are the halves of x in the other order, of the first `width` elements of a
// head; sine has the sign of rotate_half in it.
static void rotate(char* x, const void* cosine, const void* sine, int64_t width, enum type type) {
  int64_t half = width / 2;
  for (int64_t i = 0; i < half; i += LANES) {
    lane_mask mask = lanes(i, half);
    floats first = load(x, i, mask, type), second = load(x, half + i, mask, type);
    floats a = rounded(first * load(cosine, i, mask, type), type),
           b = rounded(second * load(sine, i, mask, type), type);
    floats c = rounded(second * load(cosine, half + i, mask, type), type),
           d = rounded(first * load(sine, half + i, mask, type), type);
    store(x, i, mask, type, a + b);
    store(x, half + i, mask, type, c + d);
  }
}

// Into one of 16 columns of 4 bytes: one float or two bfloat16 that a step of a score takes.
static void store_key(char* column, const char* key, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 4) {
    __builtin_memcpy(column + i * LANES, key + i, 4);
  }
}

// A norm's weights from element `at` on.
static struct norm norm_from(struct norm n, int64_t at, enum type type) {
  n.weight = n.weight ? (const char*)n.weight + at * size_of(n.kind == RMS ? type : FLOAT32) : 0;
  return n;
}

// The norm of each of `count` heads, with weights of its own where they are by head.
static void norm_heads(char* heads, int64_t count, int64_t head_dim, const struct norm* n, bool by_head,
                       enum type type) {
  for (int64_t i = 0; i < count; i++) {
    char* head = heads + i * head_dim * size_of(type);
    struct norm own = norm_from(*n, by_head ? i * head_dim : 0, type);
    norm_row(head, head, head_dim, &own, type);
  }
}

static void norm_queries_and_keys(char* queries, char* keys, int64_t kv_heads, const struct heads* h,
                                  const struct rotation* r, enum type type) {
  if (r->query_norm.kind == NO_NORM) {
    return;
  }
  if (r->place == WHOLE_WIDTH) {
    norm_row(queries, queries, h->count * h->head_dim, &r->query_norm, type);
    if (kv_heads) {
      norm_row(keys, keys, kv_heads * h->head_dim, &r->key_norm, type);
    }
    return;
  }
  bool by_head = r->place == WEIGHTS_BY_HEAD;
  norm_heads(queries, h->count, h->head_dim, &r->query_norm, by_head, type);
  norm_heads(keys, kv_heads, h->head_dim, &r->key_norm, by_head, type);
}

static void clip(char* row, int64_t count, float limit, enum type type) {
  for (int64_t i = 0; i < count; i += LANES) {
    lane_mask mask = lanes(i, count);
    store(row, i, mask, type, greater(lesser(load(row, i, mask, type), broadcast(limit)), broadcast(-limit)));
  }
}

// Queries times a factor that grows with their position.
static void scale_by_position(char* row, int64_t count, int64_t position, const struct rotation* r, enum type type) {
  float factor = 1 + r->position_beta * __builtin_logf(1 + __builtin_floorf(position / r->position_original));
  for (int64_t i = 0; i < count; i += LANES) {
    lane_mask mask = lanes(i, count);
    store(row, i, mask, type, load(row, i, mask, type) * rounded(broadcast(factor), type));
  }
}

// What is done to queries, keys and values of token t.
static void prepare(char* row, int64_t t, int64_t kv_heads, const struct heads* h, const struct places* p,
                    const struct rotation* r, enum type type) {
  int64_t size = (int64_t)size_of(type), head_bytes = h->head_dim * size;
  char *keys = row + h->count * head_bytes, *values = keys + kv_heads * head_bytes;
  if (h->kv == KEYS_AS_VALUES) {
    __builtin_memcpy(values, keys, kv_heads * head_bytes);
  }
  if (r->value_norm.kind != NO_NORM) {
    norm_heads(values, kv_heads, h->head_dim, &r->value_norm, false, type);
  }
  if (r->place != AFTER_ROTATION) {
    norm_queries_and_keys(row, keys, kv_heads, h, r, type);
  }
  if (r->clip > 0) {
    clip(row, (h->count + 2 * kv_heads) * h->head_dim, r->clip, type);
  }
  if (r->cosine) {
    int64_t at = p->rotations[t] * r->width * size;
    for (int64_t i = 0; i < h->count + kv_heads; i++) {
      rotate(row + i * head_bytes, (const char*)r->cosine + at, (const char*)r->sine + at, r->width, type);
    }
  }
  if (r->place == AFTER_ROTATION) {
    norm_queries_and_keys(row, keys, kv_heads, h, r, type);
  }
  if (r->position_beta != 0) {
    scale_by_position(row, h->count * h->head_dim, p->positions[t], r, type);
  }
}

void rotate_and_store(struct rows* qkv, const struct heads* h, const struct cache* c, const struct places* p,
                      const struct rotation* r, enum type type, struct thread me) {
  size_t size = size_of(type);
  int64_t head_bytes = h->head_dim * size, kv_heads = h->kv == EARLIER ? 0 : h->kv_count;
  for (int64_t t = first_of(me, qkv->count); t < end_of(me, qkv->count); t++) {
    char* row = qkv->data + t * qkv->stride;
    prepare(row, t, kv_heads, h, p, r, type);
    int64_t block = p->blocks[t], offset = p->offsets[t];
    for (int64_t i = 0; i < kv_heads; i++) {
      const char* key = row + (h->count + i) * head_bytes;
      const char* value = key + kv_heads * head_bytes;
      char* group = head_of(c, h, c->keys, block, i, size) + offset / LANES * LANES * head_bytes;
      store_key(group + offset % LANES * 4, key, head_bytes);
      __builtin_memcpy(head_of(c, h, c->values, block, i, size) + offset * head_bytes, value, head_bytes);
    }
  }
}

// What the query vectors of a tile, of one kv head see: blocks of one sequence, positions [begin, end). begin is a
// multiple of 32; scores count from it.
struct view {
  const struct heads* heads;
  const struct cache* cache;
  const int64_t* table;
  int64_t head, begin, end;
  const float* const* sinks;  // of each query, or null
};

// Where the head's keys or values of 32 positions from `at` on are.
ALWAYS_INLINE const char* positions_from(const struct view* v, char* from, int64_t at, size_t size) {
  const char* block = head_of(v->cache, v->heads, from, v->table[at / v->cache->block], v->head, size);
  return block + at % v->cache->block * v->heads->head_dim * size;
}

// The first position that a query sees which sees up to `seen` of them.
ALWAYS_INLINE int64_t first_seen(const struct heads* h, int64_t seen) {
  return h->window && seen > h->window ? seen - h->window : 0;
}

// scores [count, padded(end - begin)] of queries [count, head_dim], in steps of 4 bytes.
ALWAYS_INLINE void score(const int count, const enum type type, const char* queries, const struct view* v,
                         float* scores) {
  const struct cache* c = v->cache;
  int64_t width = padded(v->end - v->begin), bytes = v->heads->head_dim * size_of(type);
  const int registers = registers_of(count);
  unsigned before = begin_products(type);
  for (int64_t at = v->begin; at < v->end; at += 2 * LANES) {
    const char* keys = positions_from(v, c->keys, at, size_of(type));
    const char* ahead = at + 2 * LANES < v->end ? positions_from(v, c->keys, at + 2 * LANES, size_of(type))
                                                : positions_from(v, c->values, v->begin, size_of(type));
    UNROLL
    for (int half = 0; half < 2; half += registers) {
      ints sums[TILE_ROWS][2];
      UNROLL
      for (int q = 0; q < count; q++) {
        sums[q][0] = sums[q][1] = (ints){0};
      }
      for (int64_t i = 0; i < bytes; i += 4) {
        const char* k[2] = {keys + half * bytes * LANES + i * LANES, keys + bytes * LANES + i * LANES};
        UNROLL
        for (int j = 0; j < registers; j++) {
          prefetch(k[j] + (ahead - keys));
        }
        UNROLL
        for (int q = 0; q < count; q++) {
          UNROLL
          for (int j = 0; j < registers; j++) {
            sums[q][j] = multiply_add(sums[q][j], queries + q * bytes + i, load_ints(k[j]), type);
          }
        }
      }
      UNROLL
      for (int q = 0; q < count; q++) {
        UNROLL
        for (int j = 0; j < registers; j++) {
          store_floats(scores + q * width + at - v->begin + (half + j) * LANES, (floats)sums[q][j]);
        }
      }
    }
  }
  end_products(before, type);
}

// The lanes from `at` on that are not before `first`.
ALWAYS_INLINE lane_mask lanes_from(int64_t at, int64_t first) {
  return first <= at ? 0xffff : first - at >= LANES ? 0 : (lane_mask)(0xffffu << (first - at));
}

// Scores to weights, and zeros before `first` and from `seen` on; returns what their sum is to be divided by. sink: a
// score without a value, or null.
static float softmax(float* scores, int64_t first, int64_t seen, int64_t end, const struct heads* h,
                     const float* sink) {
  floats most = broadcast(-__builtin_inff()), sum = broadcast(0);
  float scale = h->cap > 0 ? 1 : h->scale;
  for (int64_t i = 0; i < seen; i += LANES) {
    floats s = load_floats(scores + i);
    if (h->cap > 0) {
      s = capped(s * h->scale, h->cap, FLOAT32);
      store_floats(scores + i, s);
    }
    most = chosen(lanes(i, seen) & lanes_from(i, first), greater(most, s), most);
  }
  float top = greatest_of(most);
  if (sink && *sink / scale > top) {
    top = *sink / scale;
  }
  int64_t i = 0;
  for (; i < seen; i += LANES) {
    floats p =
        chosen(lanes(i, seen) & lanes_from(i, first), exp_of((load_floats(scores + i) - top) * scale), broadcast(0));
    store_floats(scores + i, p);
    sum = sum + p;
  }
  for (; i < end; i += LANES) {
    store_floats(scores + i, broadcast(0));
  }
  return sum_of(sum) + (sink ? exp_of(broadcast(*sink - top * scale))[0] : 0);
}

// to [count] rows: weights [count, padded(end - begin)] times the values' elements from `at` on, `registers` times 16
// of them.
ALWAYS_INLINE void weighted_sum(const int count, const int registers, const enum type type, const float* weights,
                                const struct view* v, int64_t at, const float* totals, char* const* to) {
  const struct cache* c = v->cache;
  int64_t width = padded(v->end - v->begin);
  size_t size = size_of(type);
  lane_mask masks[4];
  floats sums[TILE_ROWS][4];
  UNROLL
  for (int j = 0; j < registers; j++) {
    masks[j] = at + j * LANES < v->heads->head_dim ? lanes(at + j * LANES, v->heads->head_dim) : 0;
    UNROLL
    for (int q = 0; q < count; q++) {
      sums[q][j] = broadcast(0);
    }
  }
  for (int64_t start = v->begin; start < v->end; start += 2 * LANES) {
    const char *values = positions_from(v, c->values, start, size),
               *ahead = start + 2 * LANES < v->end ? positions_from(v, c->values, start + 2 * LANES, size) : values;
    int64_t until = v->end - start < 2 * LANES ? v->end - start : 2 * LANES;
    for (int64_t i = 0; i < until; i++) {
      const char* next = ahead + (i * v->heads->head_dim + at) * size;
      for (int64_t line = 0; line < registers * LANES * (int64_t)size; line += 64) {
        prefetch(next + line);
      }
      floats value[4];
      UNROLL
      for (int j = 0; j < registers; j++) {
        value[j] = load(values, i * v->heads->head_dim + at + j * LANES, masks[j], type);
      }
      UNROLL
      for (int q = 0; q < count; q++) {
        floats p = broadcast(weights[q * width + start - v->begin + i]);
        UNROLL
        for (int j = 0; j < registers; j++) {
          sums[q][j] = fused(p, value[j], sums[q][j]);
        }
      }
    }
  }
  UNROLL
  for (int q = 0; q < count; q++) {
    float share = 1 / totals[q];
    UNROLL
    for (int j = 0; j < registers; j++) {
      store(to[q], at + j * LANES, masks[j], type, sums[q][j] * share);
    }
  }
}

ALWAYS_INLINE void attend_queries(const int count, const enum type type, const char* queries, const int64_t* seen,
                                  const struct view* v, float* scores, char* const* to) {
  score(count, type, queries, v, scores);
  float totals[TILE_ROWS];
  int64_t width = padded(v->end - v->begin);
  for (int q = 0; q < count; q++) {
    int64_t first = first_seen(v->heads, seen[q]) - v->begin;
    totals[q] = softmax(scores + q * width, first, seen[q] - v->begin, width, v->heads, v->sinks ? v->sinks[q] : 0);
  }
  const int registers = 4 * count <= TILE_REGISTERS ? 4 : registers_of(count);
  for (int64_t at = 0; at < v->heads->head_dim; at += registers * LANES) {
    weighted_sum(count, registers, type, scores, v, at, totals, to);
  }
}

#define QUERIES(N) \
  case N: attend_queries(N, type, queries, seen, v, scores, to); break;
#define ATTENTION(NAME, TYPE)                                                                                \
  static void NAME(int count, const char* queries, const int64_t* seen, const struct view* v, float* scores, \
                   char* const* to) {                                                                        \
    const enum type type = TYPE;                                                                             \
    switch (count) { TILE_CASES(QUERIES) }                                                                   \
  }
ATTENTION(attention_float32, FLOAT32)
ATTENTION(attention_bfloat16, BFLOAT16)

// What a thread computes at a time: the tokens [first, first + count) of a span, and one head of keys and values with
// all its query heads, TILE_ROWS queries at a time.
struct tile {
  const int64_t* span;
  int64_t first, count, head;
};

static void attend_tile(const struct tile* t, const struct rows* qkv, const struct heads* h, const struct cache* c,
                        const struct places* p, struct rows* to, enum type type, float* own) {
  int64_t group = h->count / h->kv_count, all = t->count * group;
  int64_t head_bytes = h->head_dim * size_of(type);
  char* queries = (char*)own;
  for (int64_t from = 0; from < all; from += TILE_ROWS) {
    int here = (int)(all - from < TILE_ROWS ? all - from : TILE_ROWS);
    int64_t seen[TILE_ROWS], begin = INT64_MAX, end = 0;
    char* out[TILE_ROWS];
    const float* sinks[TILE_ROWS];
    for (int q = 0; q < here; q++) {
      int64_t token = t->first + (from + q) / group, head = t->head * group + (from + q) % group;
      int64_t column = head * head_bytes;
      seen[q] = t->span[2] + token + 1;
      int64_t first = first_seen(h, seen[q]);
      begin = first < begin ? first : begin;
      end = seen[q] > end ? seen[q] : end;
      sinks[q] = h->sinks + head;
      out[q] = to->data + (t->span[0] + token) * to->stride + column;
      __builtin_memcpy(queries + q * head_bytes, qkv->data + (t->span[0] + token) * qkv->stride + column, head_bytes);
    }
    // Blocks before the window are not read.
    struct view v = {
        h, c, p->table + t->span[3], t->head, begin / (2 * LANES) * (2 * LANES), end, h->sinks ? sinks : 0};
    float* scores = own + TILE_ROWS * h->head_dim;
    if (type == FLOAT32) {
      attention_float32(here, queries, seen, &v, scores, out);
    } else {
      attention_bfloat16(here, queries, seen, &v, scores, out);
    }
  }
}

void attend(const struct rows* qkv, const struct heads* h, const struct cache* c, const struct places* p,
            struct rows* to, enum type type, int64_t* next, float* own) {
  int64_t group = h->count / h->kv_count, tokens = group >= TILE_ROWS ? 1 : TILE_ROWS / group;
  int64_t before = 0, s = 0;  // tiles before span s
  for (;;) {
    int64_t mine = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);
    int64_t tiles = 0;
    for (; s < p->count; s++, before += tiles) {
      tiles = round_up(p->spans[4 * s + 1], tokens) / tokens * h->kv_count;
      if (mine < before + tiles) {
        break;
      }
    }
    if (s == p->count) {
      return;
    }
    struct tile t = {.span = p->spans + 4 * s, .head = (mine - before) % h->kv_count};
    t.first = (mine - before) / h->kv_count * tokens;
    t.count = t.span[1] - t.first < tokens ? t.span[1] - t.first : tokens;
    attend_tile(&t, qkv, h, c, p, to, type, own);
  }
}
