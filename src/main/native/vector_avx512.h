// vector.h's operations by AVX-512, with those of BF16 and VNNI where they multiply such numbers.
#pragma once

enum {
  TILE_ROWS = MOST_TILE_ROWS,  // with two registers each, and their factors, they fill the register file
  TILE_REGISTERS = 24,
  INT8_STEP = 4,  // bytes of quantised activations that a step of a product takes
};

#define TILE_CASES(CASE) \
  CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) default : CASE(12)

ALWAYS_INLINE floats broadcast(float x) { return _mm512_set1_ps(x); }
ALWAYS_INLINE floats load_floats(const void* from) { return _mm512_loadu_ps(from); }
ALWAYS_INLINE ints load_ints(const void* from) { return (ints)_mm512_loadu_si512(from); }
ALWAYS_INLINE void store_floats(void* to, floats v) { _mm512_storeu_ps(to, v); }

ALWAYS_INLINE floats load_float32(const float* from, lane_mask mask) { return _mm512_maskz_loadu_ps(mask, from); }
ALWAYS_INLINE void store_float32(float* to, lane_mask mask, floats v) { _mm512_mask_storeu_ps(to, mask, v); }

ALWAYS_INLINE floats from_bfloat16(__m256i v) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(v), 16));
}
ALWAYS_INLINE floats load_bfloat16(const uint16_t* from, lane_mask mask) {
  return from_bfloat16(_mm256_maskz_loadu_epi16(mask, from));
}
ALWAYS_INLINE void store_bfloat16(uint16_t* to, lane_mask mask, floats v) {
  _mm256_mask_storeu_epi16(to, mask, (__m256i)_mm512_cvtneps_pbh(v));
}
ALWAYS_INLINE floats nearest_bfloat16(floats v) { return from_bfloat16((__m256i)_mm512_cvtneps_pbh(v)); }

// a * b + c, rounded once.
ALWAYS_INLINE floats fused(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
// b where one is no number or both are zeros.
ALWAYS_INLINE floats greater(floats a, floats b) { return _mm512_max_ps(a, b); }
// The nearest whole number, of two the even one.
ALWAYS_INLINE floats nearest(floats x) {
  return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// x * 2^n
ALWAYS_INLINE floats scaled(floats x, floats n) { return _mm512_scalef_ps(x, n); }
ALWAYS_INLINE floats to_floats(ints v) { return _mm512_cvtepi32_ps((__m512i)v); }

ALWAYS_INLINE lane_mask less(floats a, floats b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
ALWAYS_INLINE lane_mask not_less(floats a, floats b) { return _mm512_cmp_ps_mask(a, b, _CMP_NLT_UQ); }
ALWAYS_INLINE lane_mask not_numbers(floats v) { return _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q); }
ALWAYS_INLINE floats chosen(lane_mask mask, floats yes, floats no) { return _mm512_mask_mov_ps(no, mask, yes); }

ALWAYS_INLINE doubles low_doubles(floats v) { return _mm512_cvtps_pd(_mm512_castps512_ps256(v)); }
ALWAYS_INLINE doubles high_doubles(floats v) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1)); }

// Elements of a quantised row from `at` on: numbers from 0 to 255 of which fractions are cut off.
ALWAYS_INLINE void store_quantised(uint8_t* row, int64_t at, lane_mask mask, floats v) {
  _mm512_mask_cvtusepi32_storeu_epi8(row + at, mask, _mm512_cvttps_epu32(v));
}

// sum of the products of one step of a, one float, two bfloat16 or four quantised, and of 4 bytes of b, for each of 16
// outputs.
ALWAYS_INLINE ints multiply_add(ints sum, const char* a, ints b, enum type type) {
  __m512i x = _mm512_set1_epi32(*(const int32_t*)a);
  switch (type) {
    case FLOAT32: return (ints)_mm512_fmadd_ps(_mm512_castsi512_ps(x), (floats)b, (floats)sum);
    case BFLOAT16: return (ints)_mm512_dpbf16_ps((floats)sum, (__m512bh)x, (__m512bh)b);
    default: return (ints)_mm512_dpbusd_epi32((__m512i)sum, x, (__m512i)b);
  }
}

// BF16's products need no setting of the processor.
ALWAYS_INLINE unsigned begin_products(enum type type) { return 0; }
ALWAYS_INLINE void end_products(unsigned before, enum type type) {}
