// Products with packed weights. A panel holds 32 outputs: for each step of 4 bytes of the inputs (one float, two
// bfloat16 or four int8) 32 outputs' 4 bytes, then, in int8, 32 corrections for the zero point and 32 scales, then 32
// biases.
#include "kernels.h"

static float as_float(const void* from, int64_t at, enum type type) {
  if (type == BFLOAT16) {
    uint32_t bits = (uint32_t)((const uint16_t*)from)[at] << 16;
    float value;
    __builtin_memcpy(&value, &bits, 4);
    return value;
  }
  return ((const float*)from)[at];
}

static void pack_part(void* argument) {
  struct packing* p = argument;
  struct matrix shape = p->shape;
  struct thread me = this_thread();
  int64_t steps = steps_of(shape.inputs, shape.type), size = size_of(shape.type), row = shape.inputs * size;
  int64_t panels = round_up(shape.outputs, PANEL) / PANEL, bytes = panel_bytes(shape.inputs, shape.type);
  for (int64_t n = first_of(me, panels); n < end_of(me, panels); n++) {
    char* panel = p->to + n * bytes;
    __builtin_memset(panel, 0, bytes);
    int32_t* correction = (int32_t*)(panel + steps * PANEL * 4);
    float* scales = (float*)(correction + PANEL);
    float* biases = shape.type == INT8 ? scales + PANEL : (float*)correction;
    for (int64_t j = 0; j < PANEL && n * PANEL + j < shape.outputs; j++) {
      int64_t output = n * PANEL + j;
      const char* from = p->weight + output * row;
      for (int64_t at = 0; at < row; at += 4) {
        __builtin_memcpy(panel + (at * PANEL + j * 4), from + at, row - at < 4 ? row - at : 4);
      }
      if (shape.type == INT8) {
        int32_t sum = 0;
        for (int64_t i = 0; i < shape.inputs; i++) {
          sum += (int8_t)from[i];
        }
        correction[j] = ZERO_POINT * sum;
        scales[j] = p->scale[output];
      }
      if (p->bias) {
        biases[j] = as_float(p->bias, output, shape.type);
      }
    }
  }
}

void pack(struct packing* p) { GOMP_parallel(pack_part, p, 0, 0); }

// sums [rows, 32] of `rows` rows and a panel, one sum after the other in the order of the inputs. Meanwhile it asks for
// the next panel, `ahead_step` bytes a step from `ahead` on.
ALWAYS_INLINE void tile(const int rows, const enum type type, const char* a, int64_t stride, const char* panel,
                        int64_t steps, const char* ahead, int64_t ahead_step, __m512i* sums) {
  __m512i c[TILE_ROWS][2];
  UNROLL
  for (int r = 0; r < rows; r++) {
    c[r][0] = c[r][1] = _mm512_setzero_si512();
  }
  for (int64_t s = 0; s < steps; s++) {
    __m512i b0 = _mm512_loadu_si512(panel + s * PANEL * 4), b1 = _mm512_loadu_si512(panel + s * PANEL * 4 + 64);
    _mm_prefetch(ahead, _MM_HINT_T1);
    if (rows <= 2) {
      _mm_prefetch(ahead + 64, _MM_HINT_T1);
    }
    ahead += ahead_step;
    UNROLL
    for (int r = 0; r < rows; r++) {
      __m512i x = _mm512_set1_epi32(*(const int32_t*)(a + r * stride + s * 4));
      c[r][0] = multiply_add(c[r][0], x, b0, type);
      c[r][1] = multiply_add(c[r][1], x, b1, type);
    }
  }
  UNROLL
  for (int r = 0; r < rows; r++) {
    sums[2 * r] = c[r][0];
    sums[2 * r + 1] = c[r][1];
  }
}

#define TILE(N) \
  case N: tile(N, type, a, stride, panel, steps, ahead, ahead_step, sums); break;
#define TILES(NAME, TYPE)                                                                                          \
  static void NAME(int rows, const char* a, int64_t stride, const char* panel, int64_t steps, const char* ahead,   \
                   int64_t ahead_step, __m512i* sums) {                                                            \
    const enum type type = TYPE;                                                                                   \
    switch (rows) {                                                                                                \
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) default : TILE(12) \
    }                                                                                                              \
  }
TILES(tile_float32, FLOAT32)
TILES(tile_bfloat16, BFLOAT16)
TILES(tile_int8, INT8)

typedef void tiles(int rows, const char* a, int64_t stride, const char* panel, int64_t steps, const char* ahead,
                   int64_t ahead_step, __m512i* sums);
static tiles* const TILES_OF[] = {[INT8] = tile_int8, [FLOAT32] = tile_float32, [BFLOAT16] = tile_bfloat16};

ALWAYS_INLINE __m512 silu(__m512 x) {
  return _mm512_div_ps(x, _mm512_add_ps(exp_of(_mm512_sub_ps(_mm512_setzero_ps(), x)), _mm512_set1_ps(1)));
}

// Half a row of a panel as floats: sums to which scale, step and bias are applied.
ALWAYS_INLINE __m512 finished(__m512i sum, const char* tail, int half, float step, enum type type) {
  if (type == INT8) {
    __m512i exact = _mm512_sub_epi32(sum, _mm512_loadu_si512(tail + half * 64));
    __m512 y = _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(exact), _mm512_loadu_ps(tail + PANEL * 4 + half * 64)),
                             _mm512_set1_ps(step));
    return _mm512_add_ps(y, _mm512_loadu_ps(tail + PANEL * 8 + half * 64));
  }
  return _mm512_add_ps(_mm512_castsi512_ps(sum), _mm512_loadu_ps(tail + half * 64));
}

// The sums of a row and the panel's outputs, from output `at` on, to where they belong.
ALWAYS_INLINE void finish(const __m512i* sums, const char* tail, int64_t at, const struct matrix* m, float step,
                          enum after after, char* row, int64_t width, enum type type) {
  __m512 y0 = rounded(finished(sums[0], tail, 0, step, m->type), type),
         y1 = rounded(finished(sums[1], tail, 1, step, m->type), type);
  if (after == SWIGLU) {
    store(row, at / 2, lanes(at / 2, width), type, _mm512_mul_ps(rounded(silu(y0), type), y1));
    return;
  }
  __mmask16 m0 = lanes(at, m->outputs), m1 = m->outputs - at > LANES ? lanes(at + LANES, m->outputs) : 0;
  if (after == ADD) {
    y0 = _mm512_add_ps(y0, load(row, at, m0, type));
    y1 = _mm512_add_ps(y1, load(row, at + LANES, m1, type));
  }
  store(row, at, m0, type, y0);
  store(row, at + LANES, m1, type, y1);
}

// A thread's tiles follow one another, so that it reads a panel from memory once and finds it in its cache for the
// other rows.
void product(const struct matrix* m, const struct rows* from, enum after after, struct rows* to, enum type type,
             struct thread me) {
  int64_t steps = steps_of(m->inputs, m->type), bytes = panel_bytes(m->inputs, m->type),
          panels = round_up(m->outputs, PANEL) / PANEL;
  int64_t groups = round_up(from->count, TILE_ROWS) / TILE_ROWS, until = end_of(me, panels * groups);
  for (int64_t t = first_of(me, panels * groups); t < until; t++) {
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
    __m512i sums[2 * TILE_ROWS];
    TILES_OF[m->type]((int)rows, a, from->stride, panel, steps, ahead, ahead_step, sums);
    for (int64_t r = first; r < first + rows; r++) {
      float step = m->type == INT8 ? from->steps[r] : 1;
      finish(sums + 2 * (r - first), panel + steps * PANEL * 4, p * PANEL, m, step, after, to->data + r * to->stride,
             to->width, type);
    }
  }
}
