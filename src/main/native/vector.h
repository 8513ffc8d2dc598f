// Registers of 16 floats or 16 int32, and what the kernels do with them: registers of AVX-512, or pairs of AVX2's where
// AVX512 is not defined. Both give the same bits. + - * / are the compiler's, of vectors: each rounds once.
#pragma once
#include <immintrin.h>

// What includes this is compiled twice, and its functions have two names.
#ifdef AVX512
#define BUILT(name) name##_avx512
#else
#define BUILT(name) name##_avx2
#endif
#define add_block BUILT(add_block)
#define attend BUILT(attend)
#define candidates BUILT(candidates)
#define convert BUILT(convert)
#define gather BUILT(gather)
#define kernels BUILT(kernels)
#define mix BUILT(mix)
#define multiply_rows BUILT(multiply_rows)
#define norm BUILT(norm)
#define norm_row BUILT(norm_row)
#define product BUILT(product)
#define products BUILT(products)
#define rotate_and_store BUILT(rotate_and_store)
#define route BUILT(route)
#define scale_rows BUILT(scale_rows)
#define sort_by_expert BUILT(sort_by_expert)
#define targets BUILT(targets)
#include "kernels.h"

typedef float floats __attribute__((vector_size(64)));
typedef int32_t ints __attribute__((vector_size(64)));
typedef double doubles __attribute__((vector_size(64)));
// A bit a lane, the lowest for the first.
typedef uint16_t lane_mask;

#define UNROLL _Pragma("clang loop unroll(full)")
#define LOW_HALF(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH_HALF(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)

#ifdef AVX512
#include "vector_avx512.h"
#else
#include "vector_avx2.h"
#endif

// How many of two registers a row the file has room for, where `rows` of them are computed together.
ALWAYS_INLINE int registers_of(int rows) { return 2 * rows <= TILE_REGISTERS ? 2 : 1; }

// Asks for a cache line that is read later, from beyond the first cache.
ALWAYS_INLINE void prefetch(const char* at) { _mm_prefetch(at, _MM_HINT_T1); }

// The lanes from `at` on that hold one of `count` elements.
ALWAYS_INLINE lane_mask lanes(int64_t at, int64_t count) {
  return count - at >= LANES ? 0xffff : (lane_mask)((1u << (count - at)) - 1);
}

ALWAYS_INLINE floats load(const void* from, int64_t at, lane_mask mask, enum type type) {
  return type == FLOAT32 ? load_float32((const float*)from + at, mask)
                         : load_bfloat16((const uint16_t*)from + at, mask);
}

ALWAYS_INLINE void store(void* to, int64_t at, lane_mask mask, enum type type, floats value) {
  if (type == FLOAT32) {
    store_float32((float*)to + at, mask, value);
  } else {
    store_bfloat16((uint16_t*)to + at, mask, value);
  }
}

// The nearest value of the type: HF rounds after each operation, and so do we.
ALWAYS_INLINE floats rounded(floats value, enum type type) { return type == FLOAT32 ? value : nearest_bfloat16(value); }

ALWAYS_INLINE floats magnitude(floats x) { return (floats)((ints)x & 0x7fffffff); }

// The sum, or the greatest, of all lanes: halves of the register, then halves of these.
ALWAYS_INLINE float sum_of(floats v) {
  float some[8];
  _mm256_storeu_ps(some, LOW_HALF(v) + HIGH_HALF(v));
  __m128 four = _mm_add_ps(_mm_loadu_ps(some), _mm_loadu_ps(some + 4));
  return (four[0] + four[2]) + (four[1] + four[3]);
}

ALWAYS_INLINE float greatest_of(floats v) {
  __m256 eight = _mm256_max_ps(LOW_HALF(v), HIGH_HALF(v));
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

ALWAYS_INLINE double sum_of_doubles(doubles v) {
  double d[4];
  for (int i = 0; i < 4; i++) {
    d[i] = v[i] + v[i + 4];
  }
  return (d[0] + d[2]) + (d[1] + d[3]);
}

// e^x within 2 units in the last place; 0 below -87.3. Cody and Waite's reduction to |r| <= ln(2)/2, then a polynomial
// of degree 6 (coefficients: Cephes, expf).
ALWAYS_INLINE floats exp_of(floats x) {
  floats n = nearest(x * 1.44269504f);
  floats r = fused(-n, broadcast(0.693359375f), x);
  r = fused(-n, broadcast(-2.12194440e-4f), r);
  floats p = broadcast(1.9875691500e-4f);
  p = fused(p, r, broadcast(1.3981999507e-3f));
  p = fused(p, r, broadcast(8.3334519073e-3f));
  p = fused(p, r, broadcast(4.1665795894e-2f));
  p = fused(p, r, broadcast(1.6666665459e-1f));
  p = fused(p, r, broadcast(5.0000001201e-1f));
  p = fused(p, r * r, r) + 1.0f;
  return chosen(less(x, broadcast(-87.3f)), broadcast(0), scaled(p, n));
}
