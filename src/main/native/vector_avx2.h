// vector.h's operations by AVX2 and FMA.
#pragma once

enum {
  TILE_ROWS = 6,  // with one register each, of two halves, and their factors, they fill the register file
  TILE_REGISTERS = 6,
  INT8_STEP = 8,  // bytes of quantised activations that a step of a product takes
};

#define TILE_CASES(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) default : CASE(6)

#define JOINED(low, high) __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
typedef int32_t eight_ints __attribute__((vector_size(32)));
typedef int16_t shorts __attribute__((vector_size(64)));

ALWAYS_INLINE floats broadcast(float x) {
  __m256 half = _mm256_set1_ps(x);
  return JOINED(half, half);
}
ALWAYS_INLINE floats load_floats(const void* from) {
  return JOINED(_mm256_loadu_ps(from), _mm256_loadu_ps((const float*)from + 8));
}
ALWAYS_INLINE ints load_ints(const void* from) { return (ints)load_floats(from); }
ALWAYS_INLINE void store_floats(void* to, floats v) {
  _mm256_storeu_ps(to, LOW_HALF(v));
  _mm256_storeu_ps((float*)to + 8, HIGH_HALF(v));
}

// All bits of the lanes of the mask.
ALWAYS_INLINE ints lanes_of(lane_mask mask) {
  const ints bits = {1 << 0, 1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                     1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  return (bits & mask) == bits;
}

ALWAYS_INLINE floats load_float32(const float* from, lane_mask mask) {
  if (mask == 0xffff) {
    return load_floats(from);
  }
  ints m = lanes_of(mask);
  return JOINED(_mm256_maskload_ps(from, (__m256i)LOW_HALF(m)), _mm256_maskload_ps(from + 8, (__m256i)HIGH_HALF(m)));
}
ALWAYS_INLINE void store_float32(float* to, lane_mask mask, floats v) {
  if (mask == 0xffff) {
    store_floats(to, v);
    return;
  }
  ints m = lanes_of(mask);
  _mm256_maskstore_ps(to, (__m256i)LOW_HALF(m), LOW_HALF(v));
  _mm256_maskstore_ps(to + 8, (__m256i)HIGH_HALF(m), HIGH_HALF(v));
}

typedef uint16_t sixteen_numbers __attribute__((vector_size(32)));
ALWAYS_INLINE floats from_bfloat16(sixteen_numbers v) { return (floats)(__builtin_convertvector(v, ints) << 16); }
// Rounded as vcvtneps2bf16 does: to the nearest, of two the even one; numbers below the normal range are zeros.
ALWAYS_INLINE sixteen_numbers to_bfloat16(floats v) {
  ints bits = (ints)v, size = bits & 0x7fffffff;
  ints normal = size > 0x7fffff, number = size <= 0x7f800000;
  bits &= normal | INT32_MIN;
  ints up = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
  return __builtin_convertvector((up & number) | (quiet & ~number), sixteen_numbers);
}
ALWAYS_INLINE floats load_bfloat16(const uint16_t* from, lane_mask mask) {
  sixteen_numbers v = {0};
  if (mask == 0xffff) {
    __builtin_memcpy(&v, from, sizeof v);
  } else {
    for (unsigned some = mask; some; some &= some - 1) {
      ((uint16_t*)&v)[__builtin_ctz(some)] = from[__builtin_ctz(some)];
    }
  }
  return from_bfloat16(v);
}
ALWAYS_INLINE void store_bfloat16(uint16_t* to, lane_mask mask, floats value) {
  sixteen_numbers v = to_bfloat16(value);
  if (mask == 0xffff) {
    __builtin_memcpy(to, &v, sizeof v);
    return;
  }
  for (unsigned some = mask; some; some &= some - 1) {
    to[__builtin_ctz(some)] = ((const uint16_t*)&v)[__builtin_ctz(some)];
  }
}
ALWAYS_INLINE floats nearest_bfloat16(floats v) { return from_bfloat16(to_bfloat16(v)); }

// a * b + c, rounded once.
ALWAYS_INLINE floats fused(floats a, floats b, floats c) {
  return JOINED(_mm256_fmadd_ps(LOW_HALF(a), LOW_HALF(b), LOW_HALF(c)),
                _mm256_fmadd_ps(HIGH_HALF(a), HIGH_HALF(b), HIGH_HALF(c)));
}
// b where one is no number or both are zeros.
ALWAYS_INLINE floats greater(floats a, floats b) {
  return JOINED(_mm256_max_ps(LOW_HALF(a), LOW_HALF(b)), _mm256_max_ps(HIGH_HALF(a), HIGH_HALF(b)));
}
// The nearest whole number, of two the even one.
ALWAYS_INLINE floats nearest(floats x) {
  return JOINED(_mm256_round_ps(LOW_HALF(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
                _mm256_round_ps(HIGH_HALF(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
// A whole number as int32; beyond these, and of what is no number, the least.
ALWAYS_INLINE ints to_ints(floats v) {
  return JOINED((eight_ints)_mm256_cvttps_epi32(LOW_HALF(v)), (eight_ints)_mm256_cvttps_epi32(HIGH_HALF(v)));
}
ALWAYS_INLINE floats to_floats(ints v) { return __builtin_convertvector(v, floats); }
// x * 2^n by two factors, since 2^n may be infinite where the product is not; n is from -126 on, and from 254 on the
// product is infinite for every x that exp_of has.
ALWAYS_INLINE floats scaled(floats x, floats n) {
  const floats most = broadcast(254);
  ints power =
      to_ints(JOINED(_mm256_min_ps(LOW_HALF(n), LOW_HALF(most)), _mm256_min_ps(HIGH_HALF(n), HIGH_HALF(most))));
  ints half = power >> 1, rest = power - half;
  return x * (floats)((half + 127) << 23) * (floats)((rest + 127) << 23);
}

#define COMPARED(a, b, how)                                                      \
  (lane_mask)(_mm256_movemask_ps(_mm256_cmp_ps(LOW_HALF(a), LOW_HALF(b), how)) | \
              _mm256_movemask_ps(_mm256_cmp_ps(HIGH_HALF(a), HIGH_HALF(b), how)) << 8)
ALWAYS_INLINE lane_mask less(floats a, floats b) { return COMPARED(a, b, _CMP_LT_OQ); }
ALWAYS_INLINE lane_mask not_less(floats a, floats b) { return COMPARED(a, b, _CMP_NLT_UQ); }
ALWAYS_INLINE lane_mask not_numbers(floats v) { return COMPARED(v, v, _CMP_UNORD_Q); }
ALWAYS_INLINE floats chosen(lane_mask mask, floats yes, floats no) {
  ints m = lanes_of(mask);
  return (floats)(((ints)yes & m) | ((ints)no & ~m));
}

ALWAYS_INLINE doubles low_doubles(floats v) { return __builtin_convertvector(LOW_HALF(v), doubles); }
ALWAYS_INLINE doubles high_doubles(floats v) { return __builtin_convertvector(HIGH_HALF(v), doubles); }

// Elements of a quantised row from `at` on: numbers from 0 to 255 of which fractions are cut off, in 16 bits each, so
// that of four the first and the third, then the others, are as madd takes them. Of the last ones all 16 are written.
ALWAYS_INLINE void store_quantised(uint8_t* row, int64_t at, lane_mask mask, floats v) {
  ints n = to_ints(v), large = (n < 0) | (n > 255);
  sixteen_numbers s = __builtin_convertvector((n & ~large) | (large & 255), sixteen_numbers);
  s = __builtin_shufflevector(s, s, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
  __builtin_memcpy(row + at * 2, &s, sizeof s);
}

ALWAYS_INLINE ints broadcast_int(const char* from) { return (ints)broadcast(*(const float*)from); }

// Of 8 bytes of a and 4 of b; sums of products of 16 bits are exact.
ALWAYS_INLINE ints multiply_add_int8(ints sum, const char* a, ints b) {
  ints even = (ints)((shorts)b << 8 >> 8), odd = (ints)((shorts)b >> 8);
  ints x0 = broadcast_int(a), x1 = broadcast_int(a + 4);
  ints first = JOINED((eight_ints)_mm256_madd_epi16((__m256i)LOW_HALF(x0), (__m256i)LOW_HALF(even)),
                      (eight_ints)_mm256_madd_epi16((__m256i)HIGH_HALF(x0), (__m256i)HIGH_HALF(even)));
  ints second = JOINED((eight_ints)_mm256_madd_epi16((__m256i)LOW_HALF(x1), (__m256i)LOW_HALF(odd)),
                       (eight_ints)_mm256_madd_epi16((__m256i)HIGH_HALF(x1), (__m256i)HIGH_HALF(odd)));
  return sum + first + second;
}

// sum of the products of one step of a, one float, two bfloat16 or four quantised, and of 4 bytes of b, for each of 16
// outputs. Of two bfloat16 the second comes first, as vdpbf16ps has it.
ALWAYS_INLINE ints multiply_add(ints sum, const char* a, ints b, enum type type) {
  if (type == INT8) {
    return multiply_add_int8(sum, a, b);
  }
  ints x = broadcast_int(a);
  if (type == FLOAT32) {
    return (ints)fused((floats)x, (floats)b, (floats)sum);
  }
  const int upper = (int)0xffff0000;
  floats first = fused((floats)(x & upper), (floats)(b & upper), (floats)sum);
  return (ints)fused((floats)(x << 16), (floats)(b << 16), first);
}

// vdpbf16ps takes numbers below the normal range for zeros and makes zeros of them: so does AVX2 between these two.
ALWAYS_INLINE unsigned begin_products(enum type type) {
  unsigned before = type == BFLOAT16 ? _mm_getcsr() : 0;
  if (type == BFLOAT16) {
    _mm_setcsr(before | _MM_FLUSH_ZERO_ON | 0x40 /* denormals are zeros */);
  }
  __asm__ volatile("" ::: "memory");
  return before;
}
ALWAYS_INLINE void end_products(unsigned before, enum type type) {
  __asm__ volatile("" ::: "memory");
  if (type == BFLOAT16) {
    _mm_setcsr(before);
  }
}
