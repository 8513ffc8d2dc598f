// How much memory the kernels take: arithmetic for every processor.
#include "kernels.h"

int64_t packed_bytes(int64_t outputs, int64_t inputs, enum type type) {
  return up(outputs, PANEL) / PANEL * panel_bytes(inputs, type);
}

int64_t attention_floats(int64_t longest, int64_t head_dim) { return up(TILE_ROWS * (padded(longest) + head_dim), LANES); }

// A row of activations, a cache line apart from the next one and not a multiple of a page.
static int64_t stride_of(int64_t width) { return up(width * 4, 64) + 64; }

struct rows scratch_rows(char** at, int64_t count, int64_t width, bool quantised) {
  struct rows r = {*at, count, width, stride_of(width), 0};
  *at += count * r.stride;
  if (quantised) {
    r.steps = (float*)*at;
    *at += up(count * 4, 64);
  }
  return r;
}

struct scratch scratch_of(char* at, int64_t tokens, int64_t hidden, int64_t heads, const struct cache* c, int64_t mlp, int64_t longest, bool int8) {
  struct scratch s;
  char* start = at;
  s.next = (int64_t*)at;
  at += 64;
  s.in = scratch_rows(&at, tokens, hidden, int8);
  s.qkv = scratch_rows(&at, tokens, (heads + 2 * c->kv_heads) * c->head_dim, false);
  s.attended = scratch_rows(&at, tokens, heads * c->head_dim, false);
  s.mixed = int8 ? scratch_rows(&at, tokens, heads * c->head_dim, true) : s.attended;
  s.act = scratch_rows(&at, tokens, mlp, false);
  s.narrow = int8 ? scratch_rows(&at, tokens, mlp, true) : s.act;
  s.attention = (float*)at;
  at += omp_get_max_threads() * attention_floats(longest, c->head_dim) * 4;
  s.bytes = at - start;
  return s;
}
