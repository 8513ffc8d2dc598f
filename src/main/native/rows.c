// What is done to each row by itself.
#include "kernels.h"

// As numbers 1 to 255 that stand for -127 to 127 steps (dynamic, symmetric, per row).
static void quantise_row(const float* from, int64_t width, uint8_t* to, float* step) {
  __m512 most = _mm512_setzero_ps();
  for (int64_t i = 0; i < width; i += LANES) {
    most = _mm512_max_ps(most, _mm512_abs_ps(load(from, i, lanes(i, width), FLOAT32)));
  }
  float largest = _mm512_reduce_max_ps(most);
  *step = (largest < 1e-30f ? 1e-30f : largest) / 127;
  __m512 per = _mm512_set1_ps(1 / *step);
  for (int64_t i = 0; i < width; i += LANES) {
    __mmask16 mask = lanes(i, width);
    // The conversion cuts off: the half makes it round.
    __m512 shifted = _mm512_add_ps(_mm512_mul_ps(load(from, i, mask, FLOAT32), per), _mm512_set1_ps(ZERO_POINT + 0.5f));
    _mm512_mask_cvtusepi32_storeu_epi8(to + i, mask, _mm512_cvttps_epu32(shifted));
  }
}

void quantise(const struct rows* from, struct rows* to, struct thread me) {
  for (int64_t r = first_of(me, from->count); r < end_of(me, from->count); r++) {
    quantise_row((const float*)(from->data + r * from->stride), from->width, (uint8_t*)(to->data + r * to->stride),
                 to->steps + r);
  }
}

void norm(const struct rows* x, const void* weight, float eps, enum type type, struct rows* to, struct thread me) {
  for (int64_t r = first_of(me, x->count); r < end_of(me, x->count); r++) {
    const char* from = x->data + r * x->stride;
    char* row = to->data + r * to->stride;
    __m512 scale = norm_scale(from, x->width, eps, type);
    float plain[to->steps ? x->width : 1];
    for (int64_t i = 0; i < x->width; i += LANES) {
      __mmask16 mask = lanes(i, x->width);
      store(to->steps ? (void*)plain : row, i, mask, type, normed(from, i, mask, scale, weight, type));
    }
    if (to->steps) {
      quantise_row(plain, x->width, (uint8_t*)row, to->steps + r);
    }
  }
}
