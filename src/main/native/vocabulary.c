// What is read from a row of logits.
#include "kernels.h"

enum { GROUP = 64 };

static float largest(const void* logits, int64_t vocab, enum type type) {
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

// Log-sum-exp of the logits, and of logits / temperature; NaN if a logit is. most: the largest. Sums of 64 in float32,
// their sum in float64.
static void log_sum_exp(const void* logits, int64_t vocab, enum type type, float temperature, float most, double* plain,
                        double* scaled) {
  __m512 t = _mm512_set1_ps(temperature), top = _mm512_set1_ps(most), scaled_top = _mm512_div_ps(top, t);
  bool both = temperature != 1;
  __m512d totals[2][2] = {0};
  for (int64_t i = 0; i < vocab; i += GROUP) {
    __m512 sum = _mm512_setzero_ps(), scaled_sum = sum;
    for (int64_t j = i; j < i + GROUP && j < vocab; j += LANES) {
      __mmask16 mask = lanes(j, vocab);
      __m512 v = load(logits, j, mask, type);
      sum = _mm512_mask_add_ps(sum, mask, sum, exp_of(_mm512_sub_ps(v, top)));
      if (both) {
        scaled_sum =
            _mm512_mask_add_ps(scaled_sum, mask, scaled_sum, exp_of(_mm512_sub_ps(_mm512_div_ps(v, t), scaled_top)));
      }
    }
    __m512 sums[2] = {sum, scaled_sum};
    for (int k = 0; k <= both; k++) {
      totals[k][0] = _mm512_add_pd(totals[k][0], _mm512_cvtps_pd(_mm512_castps512_ps256(sums[k])));
      totals[k][1] = _mm512_add_pd(totals[k][1], _mm512_cvtps_pd(_mm512_extractf32x8_ps(sums[k], 1)));
    }
  }
  *plain = __builtin_log(_mm512_reduce_add_pd(_mm512_add_pd(totals[0][0], totals[0][1]))) + most;
  *scaled = both ? __builtin_log(_mm512_reduce_add_pd(_mm512_add_pd(totals[1][0], totals[1][1]))) +
                       _mm512_cvtss_f32(scaled_top)
                 : *plain;
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
// maxima: room for one float per group. Returns the largest, NaN if a logit is.
static float best_of(const void* logits, int64_t vocab, enum type type, int64_t best, double* ids, double* values,
                     float* maxima) {
  int64_t groups = round_up(vocab, GROUP) / GROUP, held = 0;
  bool odd = false;
  for (int64_t g = 0; g < groups; g++) {
    int64_t from = g * GROUP;
    maxima[g] = largest((const char*)logits + from * size_of(type), vocab - from < GROUP ? vocab - from : GROUP, type);
    odd |= maxima[g] != maxima[g];
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
      for (unsigned some = _mm512_mask_cmp_ps_mask(mask, v, _mm512_set1_ps(least), _CMP_NLT_UQ); some;
           some &= some - 1) {
        int lane = __builtin_ctz(some);
        held = insert(ids, values, held, best, (double)(i + lane), found[lane]);
      }
      if (held == best && values[held - 1] > least) {
        least = (float)values[held - 1];
      }
    }
  }
  return odd ? __builtin_nanf("") : (float)values[0];
}

static void candidates_part(void* argument) {
  struct logits_summary* r = argument;
  float maxima[r->logits.width / 64 + 1];
  for (int64_t row; (row = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED)) < r->logits.count;) {
    const char* logits = r->logits.data + row * r->logits.stride;
    double* to = r->to + row * r->width;
    float most = best_of(logits, r->logits.width, r->type, r->best, to + 2, to + 2 + r->best, maxima);
    log_sum_exp(logits, r->logits.width, r->type, r->temperatures ? r->temperatures[row] : 1, most, to, to + 1);
  }
}

void candidates(struct logits_summary* r) { GOMP_parallel(candidates_part, r, 0, 0); }

static void targets_part(void* argument) {
  struct logits_summary* r = argument;
  for (int64_t row; (row = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED)) < r->logits.count;) {
    const char* logits = r->logits.data + row * r->logits.stride;
    int64_t target = r->targets[row];
    float most = largest(logits, r->logits.width, r->type);
    float before = target ? largest(logits, target, r->type) : -__builtin_inff();
    float own = largest(logits + target * size_of(r->type), 1, r->type);
    double* to = r->to + row * 3;
    log_sum_exp(logits, r->logits.width, r->type, 1, most, to, to + 1);
    to[1] = own;
    to[2] = own == most && before < own;
  }
}

void targets(struct logits_summary* r) { GOMP_parallel(targets_part, r, 0, 0); }
