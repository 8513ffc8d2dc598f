// What is done to each row by itself.
#include "vector.h"

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

void convert(const struct rows* from, struct rows* to, struct thread me) {
  for (int64_t r = first_of(me, from->count); r < end_of(me, from->count); r++) {
    const char* row = from->data + r * from->stride;
    char* other = to->data + r * to->stride;
    if (to->steps) {
      quantise_row((const float*)row, from->width, (uint8_t*)other, to->steps + r);
      continue;
    }
    for (int64_t i = 0; i < from->width; i += LANES) {
      lane_mask mask = lanes(i, from->width);
      store(other, i, mask, FLOAT32, load(row, i, mask, BFLOAT16));
    }
  }
}

static float mean_of(const void* row, int64_t width, enum type type) {
  floats sum = broadcast(0);
  for (int64_t i = 0; i < width; i += LANES) {
    sum += load(row, i, lanes(i, width), type);
  }
  return sum_of(sum) / width;
}

// Elements of a row less its mean, and zeros beyond it.
ALWAYS_INLINE floats centred(const void* row, int64_t at, lane_mask mask, floats mean, enum type type) {
  return load(row, at, mask, type) - chosen(mask, mean, broadcast(0));
}

void norm_row(const void* from, void* to, int64_t width, const struct norm* n, enum type type) {
  floats mean = broadcast(n->kind == LAYER_NORM ? mean_of(from, width, type) : 0), squares = broadcast(0);
  for (int64_t i = 0; i < width; i += LANES) {
    floats v = centred(from, i, lanes(i, width), mean, type);
    squares = fused(v, v, squares);
  }
  float scale = 1 / __builtin_sqrtf(sum_of(squares) / width + n->eps);
  for (int64_t i = 0; i < width; i += LANES) {
    lane_mask mask = lanes(i, width);
    floats y = centred(from, i, mask, mean, type) * scale;
    if (n->kind == RMS) {
      y = rounded(y, type) * load(n->weight, i, mask, type);
    } else if (n->kind != RMS_ALONE) {
      y = y * load(n->weight, i, mask, FLOAT32);
    }
    store(to, i, mask, type, n->bias ? y + load(n->bias, i, mask, FLOAT32) : y);
  }
}

void norm(const struct rows* x, const struct norm* n, enum type type, struct rows* to, struct thread me) {
  for (int64_t r = first_of(me, x->count); r < end_of(me, x->count); r++) {
    char* row = to->data + r * to->stride;
    float plain[to->steps ? x->width : 1];
    norm_row(x->data + r * x->stride, to->steps ? (void*)plain : row, x->width, n, type);
    if (to->steps) {
      quantise_row(plain, x->width, (uint8_t*)row, to->steps + r);
    }
  }
}

void add_block(struct rows* y, const struct norm* n, float factor, struct rows* x, enum type type, struct thread me) {
  for (int64_t r = first_of(me, x->count); r < end_of(me, x->count); r++) {
    char *block = y->data + r * y->stride, *row = x->data + r * x->stride;
    if (n->kind != NO_NORM) {
      norm_row(block, block, x->width, n, type);
    }
    for (int64_t i = 0; i < x->width; i += LANES) {
      lane_mask mask = lanes(i, x->width);
      store(row, i, mask, type, load(row, i, mask, type) + rounded(load(block, i, mask, type) * factor, type));
    }
  }
}

void scale_rows(struct rows* x, float factor, enum type type, struct thread me) {
  for (int64_t r = first_of(me, x->count); r < end_of(me, x->count); r++) {
    char* row = x->data + r * x->stride;
    for (int64_t i = 0; i < x->width; i += LANES) {
      lane_mask mask = lanes(i, x->width);
      store(row, i, mask, type, load(row, i, mask, type) * factor);
    }
  }
}

void multiply_rows(struct rows* x, const struct rows* by, enum type type, struct thread me) {
  for (int64_t r = first_of(me, x->count); r < end_of(me, x->count); r++) {
    char* row = x->data + r * x->stride;
    for (int64_t i = 0; i < x->width; i += LANES) {
      lane_mask mask = lanes(i, x->width);
      store(row, i, mask, type, load(row, i, mask, type) * load(by->data + r * by->stride, i, mask, type));
    }
  }
}
