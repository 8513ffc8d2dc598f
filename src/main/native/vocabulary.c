// What is read from a row of logits.
#include "vector.h"

#include "best.h"

enum { GROUP = 64 };

static float largest(const void* logits, int64_t vocab, enum type type) {
  floats most = broadcast(-__builtin_inff());
  lane_mask odd = 0;
  for (int64_t i = 0; i < vocab; i += LANES) {
    lane_mask mask = lanes(i, vocab);
    floats v = load(logits, i, mask, type);
    odd |= not_numbers(v) & mask;
    most = chosen(mask, greater(most, v), most);
  }
  return odd ? __builtin_nanf("") : greatest_of(most);
}

// Log-sum-exp of the logits, and of logits / temperature; NaN if a logit is. most: the largest. Sums of 64 in float32,
// their sum in float64.
static void log_sum_exp(const void* logits, int64_t vocab, enum type type, float temperature, float most, double* plain,
                        double* scaled) {
  float scaled_top = most / temperature;
  bool both = temperature != 1;
  doubles totals[2][2] = {0};
  for (int64_t i = 0; i < vocab; i += GROUP) {
    floats sum = broadcast(0), scaled_sum = sum;
    for (int64_t j = i; j < i + GROUP && j < vocab; j += LANES) {
      lane_mask mask = lanes(j, vocab);
      floats v = load(logits, j, mask, type);
      sum = chosen(mask, sum + exp_of(v - most), sum);
      if (both) {
        scaled_sum = chosen(mask, scaled_sum + exp_of(v / temperature - scaled_top), scaled_sum);
      }
    }
    floats sums[2] = {sum, scaled_sum};
    for (int k = 0; k <= both; k++) {
      totals[k][0] = totals[k][0] + low_doubles(sums[k]);
      totals[k][1] = totals[k][1] + high_doubles(sums[k]);
    }
  }
  *plain = __builtin_log(sum_of_doubles(totals[0][0] + totals[0][1])) + most;
  *scaled = both ? __builtin_log(sum_of_doubles(totals[1][0] + totals[1][1])) + scaled_top : *plain;
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
      lane_mask mask = lanes(i, vocab);
      floats v = load(logits, i, mask, type);
      float found[LANES];
      store_floats(found, v);
      for (unsigned some = not_less(v, broadcast(least)) & mask; some; some &= some - 1) {
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
