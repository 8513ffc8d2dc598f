// What is done to each row by itself.
#include "norm.h"

// As numbers 1 to 255 that stand for -127 to 127 steps (dynamic, symmetric, per row).
static void quantise_row(const float* from, int64_t width, uint8_t* to, float* step) {
  floats most = broadcast(0);
  for (int64_t i = 0; i < width; i += LANES) {
    most = greater(most, magnitude(load(from, i, lanes(i, width), FLOAT32)));
  }
  float largest = greatest_of(most);
  *step = (largest < 1e-30f ? 1e-30f : largest) / 127;
  float per = 1 / *step;
  for (int64_t i = 0; i < width; i += LANES) {
    lane_mask mask = lanes(i, width);
    // The conversion cuts off: the half makes it round.
    store_quantised(to, i, mask, load(from, i, mask, FLOAT32) * per + (ZERO_POINT + 0.5f));
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
    floats scale = norm_scale(from, x->width, eps, type);
    float plain[to->steps ? x->width : 1];
    for (int64_t i = 0; i < x->width; i += LANES) {
      lane_mask mask = lanes(i, x->width);
      store(to->steps ? (void*)plain : row, i, mask, type, normed(from, i, mask, scale, weight, type));
    }
    if (to->steps) {
      quantise_row(plain, x->width, (uint8_t*)row, to->steps + r);
    }
  }
}
