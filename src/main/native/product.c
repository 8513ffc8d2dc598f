// Products with weights as pack.c leaves them.
#include "activations.h"

// sums [rows, 32] of `rows` rows and a panel, one sum after the other in the order of the inputs. Meanwhile it asks for
// the next panel, `ahead_step` bytes a step from `ahead` on.
ALWAYS_INLINE void tile(const int rows, const enum type type, const char* a, int64_t stride, const char* panel,
                        int64_t steps, const char* ahead, int64_t ahead_step, ints* sums) {
  const int registers = registers_of(rows), step = type == INT8 ? INT8_STEP : 4;
  UNROLL
  for (int half = 0; half < 2; half += registers) {
    ints c[TILE_ROWS][2];
    UNROLL
    for (int r = 0; r < rows; r++) {
      c[r][0] = c[r][1] = (ints){0};
    }
    for (int64_t s = 0; s < steps; s++) {
      const char* b = panel + s * PANEL * 4 + half * 64;
      if (half == 0) {
        prefetch(ahead);
        if (rows <= 2) {
          prefetch(ahead + 64);
        }
        ahead += ahead_step;
      }
      UNROLL
      for (int r = 0; r < rows; r++) {
        UNROLL
        for (int j = 0; j < registers; j++) {
          c[r][j] = multiply_add(c[r][j], a + r * stride + s * step, load_ints(b + j * 64), type);
        }
      }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
      UNROLL
      for (int j = 0; j < registers; j++) {
        sums[2 * r + half + j] = c[r][j];
      }
    }
  }
}

#define TILE(N) \
  case N: tile(N, type, a, stride, panel, steps, ahead, ahead_step, sums); break;
#define TILES(NAME, TYPE)                                                                                        \
  static void NAME(int rows, const char* a, int64_t stride, const char* panel, int64_t steps, const char* ahead, \
                   int64_t ahead_step, ints* sums) {                                                             \
    const enum type type = TYPE;                                                                                 \
    switch (rows) { TILE_CASES(TILE) }                                                                           \
  }
TILES(tile_float32, FLOAT32)
TILES(tile_bfloat16, BFLOAT16)
TILES(tile_int8, INT8)

typedef void tiles(int rows, const char* a, int64_t stride, const char* panel, int64_t steps, const char* ahead,
                   int64_t ahead_step, ints* sums);
static tiles* const TILES_OF[] = {[INT8] = tile_int8, [FLOAT32] = tile_float32, [BFLOAT16] = tile_bfloat16};

// Half a row of a panel as floats: sums to which scale, step and bias are applied.
ALWAYS_INLINE floats finished(ints sum, const char* tail, int half, float step, enum type type) {
  if (type == INT8) {
    floats exact = to_floats(sum - load_ints(tail + half * 64));
    return exact * load_floats(tail + PANEL * 4 + half * 64) * step + load_floats(tail + PANEL * 8 + half * 64);
  }
  return (floats)sum + load_floats(tail + half * 64);
}

// 16 outputs from `at` on of a row, as they are stored.
ALWAYS_INLINE floats completed(floats y, const struct after* after, const char* row, int64_t at, lane_mask mask,
                               enum type type) {
  switch (after->kind) {
    case ADD: return rounded(y * after->factor, type) + load(row, at, mask, type);
    case CAP: {
      floats scaled = rounded(y * after->factor, type);
      return after->cap > 0 ? capped(scaled, after->cap, type) : scaled;
    }
    case ACTIVATE: return activated(&after->activation, y);
    default: return y;
  }
}

// The sums of a row and the panel's outputs, from output `at` on, to where they belong.
ALWAYS_INLINE void finish(const ints* sums, const char* tail, int64_t at, const struct matrix* m, float step,
                          const struct after* after, char* row, int64_t width, enum type type) {
  floats y0 = rounded(finished(sums[0], tail, 0, step, m->type), type),
         y1 = rounded(finished(sums[1], tail, 1, step, m->type), type);
  if (after->kind == GATE) {
    store(row, at / 2, lanes(at / 2, width), type, gated(&after->activation, y0, y1, type));
    return;
  }
  lane_mask m0 = lanes(at, m->outputs), m1 = m->outputs - at > LANES ? lanes(at + LANES, m->outputs) : 0;
  store(row, at, m0, type, completed(y0, after, row, at, m0, type));
  store(row, at + LANES, m1, type, completed(y1, after, row, at + LANES, m1, type));
}

// How many rows of a product are computed together in turn, in groups of about the same size.
ALWAYS_INLINE int64_t groups_of(int64_t rows) { return round_up(rows, TILE_ROWS) / TILE_ROWS; }

ALWAYS_INLINE int64_t tiles_of(const struct matrix* m, int64_t rows) {
  return round_up(m->outputs, PANEL) / PANEL * groups_of(rows);
}

// Tiles [t, until) of a product. They follow one another, so that a panel is read from memory once and found in the
// cache for the other rows.
static void compute_tiles(const struct matrix* m, const struct rows* from, const struct after* after,
                          const struct rows* to, enum type type, int64_t t, int64_t until) {
  int64_t steps = steps_of(m->inputs, m->type), bytes = panel_bytes(m->inputs, m->type),
          groups = groups_of(from->count);
  for (; t < until; t++) {
    int64_t p = t / groups, g = t % groups, first = from->count * g / groups,
            rows = from->count * (g + 1) / groups - first;
    const char *panel = m->panels + p * bytes, *a = from->data + first * from->stride, *ahead = panel;
    int64_t ahead_step = 0;
    if (groups == 1) {
      ahead = panel + 4096;
      ahead_step = 128;
    } else if (g < 2 && (p + 1) * groups < until) {
      // Half of the next panel, a cache line a step.
      ahead = panel + bytes + g * steps * 64;
      ahead_step = 64;
    }
    ints sums[2 * TILE_ROWS];
    unsigned before = begin_products(m->type);
    TILES_OF[m->type]((int)rows, a, from->stride, panel, steps, ahead, ahead_step, sums);
    end_products(before, m->type);
    for (int64_t r = first; r < first + rows; r++) {
      float step = m->type == INT8 ? from->steps[r] : 1;
      finish(sums + 2 * (r - first), panel + steps * PANEL * 4, p * PANEL, m, step, after, to->data + r * to->stride,
             to->width, type);
    }
  }
}

void product(const struct matrix* m, const struct rows* from, const struct after* after, struct rows* to,
             enum type type, struct thread me) {
  int64_t tiles = tiles_of(m, from->count);
  compute_tiles(m, from, after, to, type, first_of(me, tiles), end_of(me, tiles));
}

static struct rows some_rows(const struct rows* all, int64_t first, int64_t end) {
  struct rows some = *all;
  some.data += first * all->stride;
  some.count = end - first;
  some.steps = all->steps ? all->steps + first : 0;
  return some;
}

void products(const struct matrix* m, int64_t count, const int32_t* starts, const struct rows* from,
              const struct after* after, struct rows* to, enum type type, struct thread me) {
  int64_t all = 0, before = 0;
  for (int64_t i = 0; i < count; i++) {
    all += tiles_of(m + i, starts[i + 1] - starts[i]);
  }
  int64_t first = first_of(me, all), until = end_of(me, all);
  for (int64_t i = 0; i < count && before < until; i++) {
    int64_t tiles = tiles_of(m + i, starts[i + 1] - starts[i]);
    int64_t mine = first > before ? first - before : 0, end = until - before < tiles ? until - before : tiles;
    if (mine < end) {
      struct rows in = some_rows(from, starts[i], starts[i + 1]), out = some_rows(to, starts[i], starts[i + 1]);
      compute_tiles(m + i, &in, after, &out, type, mine, end);
    }
    before += tiles;
  }
}
