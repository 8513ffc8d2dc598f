// What is read from a row of logits.
#include "kernels.h"

enum { GROUP = 64 };

float largest(const void* logits, int64_t vocab, enum type type) {
  __m512 most = _mm512_set1_ps(-__builtin_inff());
  __mmask16 odd = 0;
  for (int64_t i = 0; i < vocab; i += LANES) {
    __mmask16 mask = lanes(i, vocab);
    __m512 v = load(logits, i, mask, type);
    odd |= _mm512_mask_cmp_ps_mask(mask, v, v, _CMP_UNORD_Q);
    most = _mm512_mask_max_ps(most, mask, most, v);
  }
  return odd ? __builtin_nanf("") : _mm512_reduce_max_ps(most);
}

// NaN if a logit is. Sums of 64 in float32, their sum in float64.
double log_sum_exp(const void* logits, int64_t vocab, enum type type, float temperature, float most) {
  __m512 top = _mm512_set1_ps(most / temperature), t = _mm512_set1_ps(temperature);
  __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
  for (int64_t i = 0; i < vocab; i += GROUP) {
    __m512 sum = _mm512_setzero_ps();
    for (int64_t j = i; j < i + GROUP && j < vocab; j += LANES) {
      __mmask16 mask = lanes(j, vocab);
      __m512 v = load(logits, j, mask, type);
      v = temperature == 1 ? v : _mm512_div_ps(v, t);
      sum = _mm512_add_ps(sum, _mm512_maskz_mov_ps(mask, exp_of(_mm512_sub_ps(v, top))));
    }
    low = _mm512_add_pd(low, _mm512_cvtps_pd(_mm512_castps512_ps256(sum)));
    high = _mm512_add_pd(high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(sum, 1)));
  }
  double total = _mm512_reduce_add_pd(_mm512_add_pd(low, high));
  return most != most ? most : __builtin_log(total) + most / temperature;
}

// Puts a value into a descending list of at most `most`, behind its equals.
static int64_t insert(double* ids, double* values, int64_t held, int64_t most, double id, double value) {
  if (held == most && !(value > values[held - 1])) {
    return held;
  }
  int64_t at = held == most ? held - 1 : held;
  for (; at > 0 && value > values[at - 1]; at--) {
    values[at] = values[at - 1];
    ids[at] = ids[at - 1];
  }
  values[at] = value;
  ids[at] = id;
  return held == most ? held : held + 1;
}

// The best lie in the groups of 64 whose maxima are not below the best-th largest of them, so only those are searched.
// maxima: room for one float per group.
void best_of(const void* logits, int64_t vocab, enum type type, int64_t best, double* ids, double* values, float* maxima) {
  int64_t groups = up(vocab, GROUP) / GROUP, held = 0;
  for (int64_t g = 0; g < groups; g++) {
    int64_t from = g * GROUP;
    maxima[g] = largest((const char*)logits + from * size_of(type), vocab - from < GROUP ? vocab - from : GROUP, type);
    held = insert(ids, values, held, best, (double)g, maxima[g]);
  }
  float least = held < best ? -__builtin_inff() : (float)values[held - 1];
  held = 0;
  for (int64_t g = 0; g < groups; g++) {
    if (maxima[g] < least) {
      continue;
    }
    for (int64_t i = g * GROUP; i < (g + 1) * GROUP && i < vocab; i += LANES) {
      __mmask16 mask = lanes(i, vocab);
      __m512 v = load(logits, i, mask, type);
      float found[LANES];
      _mm512_storeu_ps(found, v);
      for (unsigned some = _mm512_mask_cmp_ps_mask(mask, v, _mm512_set1_ps(least), _CMP_NLT_UQ); some; some &= some - 1) {
        int lane = __builtin_ctz(some);
        held = insert(ids, values, held, best, (double)(i + lane), found[lane]);
      }
      if (held == best && values[held - 1] > least) {
        least = (float)values[held - 1];
      }
    }
  }
}
