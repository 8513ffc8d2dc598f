// The root mean square norm of a row.
#pragma once
#include "vector.h"

// What a row is multiplied with, before its weight.
ALWAYS_INLINE floats norm_scale(const void* row, int64_t width, float eps, enum type type) {
  floats squares = broadcast(0);
  for (int64_t i = 0; i < width; i += LANES) {
    floats v = load(row, i, lanes(i, width), type);
    squares = fused(v, v, squares);
  }
  return broadcast(1 / __builtin_sqrtf(sum_of(squares) / width + eps));
}

// Elements from `at` on of a row after its norm.
ALWAYS_INLINE floats normed(const void* row, int64_t at, lane_mask mask, floats scale, const void* weight,
                            enum type type) {
  return rounded(load(row, at, mask, type) * scale, type) * load(weight, at, mask, type);
}
