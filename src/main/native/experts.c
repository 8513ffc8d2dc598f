// Layers whose tokens choose some of many MLPs. Tokens are put together by the expert that they chose, and a token's
// experts are added in the order of their numbers, so that a row's bits do not depend on other rows.
#include "activations.h"
#include "best.h"

static void softmax(float* x, int64_t count) {
  floats most = broadcast(-__builtin_inff()), sum = broadcast(0);
  for (int64_t i = 0; i < count; i += LANES) {
    lane_mask mask = lanes(i, count);
    most = greater(chosen(mask, load(x, i, mask, FLOAT32), most), most);
  }
  float top = greatest_of(most);
  for (int64_t i = 0; i < count; i += LANES) {
    lane_mask mask = lanes(i, count);
    floats p = chosen(mask, exp_of(load(x, i, mask, FLOAT32) - top), broadcast(0));
    store(x, i, mask, FLOAT32, p);
    sum += p;
  }
  float total = sum_of(sum);
  for (int64_t i = 0; i < count; i++) {
    x[i] /= total;
  }
}

// What is chosen by: scores plus the correction.
static void correct(const float* scores, const struct router* r, float* choice) {
  for (int64_t i = 0; i < r->experts; i++) {
    choice[i] = r->correction ? scores[i] + r->correction[i] : scores[i];
  }
}

// Leaves the groups whose two best are the largest together; all of the others becomes -inf.
static void keep_groups(const struct router* r, float* choice) {
  int64_t size = r->experts / r->groups, held = 0;
  double kept[r->chosen_groups], sums[r->chosen_groups];
  for (int64_t g = 0; g < r->groups; g++) {
    double ids[2], best[2] = {0, 0};
    int64_t found = 0;
    for (int64_t i = 0; i < size; i++) {
      found = insert(ids, best, found, 2, (double)i, choice[g * size + i]);
    }
    float both = (float)best[0] + (float)best[1];
    held = insert(kept, sums, held, r->chosen_groups, (double)g, both);
  }
  for (int64_t g = 0; g < r->groups; g++) {
    bool looked_at = false;
    for (int64_t i = 0; i < held; i++) {
      looked_at |= kept[i] == g;
    }
    for (int64_t i = g * size; i < (g + 1) * size && !looked_at; i++) {
      choice[i] = -__builtin_inff();
    }
  }
}

static void weigh(const struct router* r, const int32_t* experts, float* shares) {
  if (r->kind == SOFTMAX_OF_CHOSEN) {
    softmax(shares, r->chosen);
  }
  float total = 0;
  for (int64_t i = 0; i < r->chosen; i++) {
    total += shares[i];
  }
  total += r->kind == SIGMOID ? 1e-20f : 0;
  for (int64_t i = 0; i < r->chosen; i++) {
    shares[i] = (r->normalised ? shares[i] / total : shares[i]) * r->scale;
    shares[i] *= r->scales ? r->scales[experts[i]] : 1;
  }
}

static void in_order(int32_t* experts, float* shares, int64_t count) {
  for (int64_t i = 1; i < count; i++) {
    int32_t expert = experts[i];
    float share = shares[i];
    int64_t at = i;
    for (; at > 0 && experts[at - 1] > expert; at--) {
      experts[at] = experts[at - 1];
      shares[at] = shares[at - 1];
    }
    experts[at] = expert;
    shares[at] = share;
  }
}

static void route_row(const char* logits, const struct router* r, enum type type, int32_t* experts, float* shares) {
  float scores[r->experts], choice[r->experts];
  for (int64_t i = 0; i < r->experts; i += LANES) {
    lane_mask mask = lanes(i, r->experts);
    floats x = load(logits, i, mask, type);
    store(scores, i, mask, FLOAT32, r->kind == SIGMOID ? sigmoid(x) : x);
  }
  if (r->kind == SOFTMAX) {
    softmax(scores, r->experts);
  }
  correct(scores, r, choice);
  if (r->groups > 1) {
    keep_groups(r, choice);
  }
  double ids[r->chosen], best[r->chosen];
  int64_t held = 0;
  for (int64_t i = 0; i < r->experts; i++) {
    held = insert(ids, best, held, r->chosen, (double)i, choice[i]);
  }
  for (int64_t i = 0; i < r->chosen; i++) {
    experts[i] = (int32_t)ids[i];
    shares[i] = scores[experts[i]];
  }
  weigh(r, experts, shares);
  in_order(experts, shares, r->chosen);
}

void route(const struct rows* logits, const struct router* r, enum type type, const struct routing* to,
           struct thread me) {
  for (int64_t t = first_of(me, logits->count); t < end_of(me, logits->count); t++) {
    route_row(logits->data + t * logits->stride, r, type, to->experts + t * r->chosen, to->shares + t * r->chosen);
  }
}

void sort_by_expert(const struct router* r, int64_t tokens, const struct routing* to) {
  int64_t entries = tokens * r->chosen;
  __builtin_memset(to->starts, 0, (r->experts + 1) * sizeof *to->starts);
  for (int64_t i = 0; i < entries; i++) {
    to->starts[to->experts[i]]++;
  }
  int32_t before = 0;
  for (int64_t e = 0; e <= r->experts; e++) {
    int32_t own = to->starts[e];
    to->starts[e] = before;
    before += own;
  }
  for (int64_t i = 0; i < entries; i++) {
    int32_t place = to->starts[to->experts[i]]++;
    to->places[i] = place;
    to->tokens[place] = (int32_t)(i / r->chosen);
  }
  // Each is now the end of its expert's rows, which is the start of the next one's.
  for (int64_t e = r->experts; e > 0; e--) {
    to->starts[e] = to->starts[e - 1];
  }
  to->starts[0] = 0;
}

void gather(const struct rows* from, const struct routing* r, struct rows* to, struct thread me) {
  // All but the space between rows.
  int64_t bytes = from->stride < to->stride ? from->stride : to->stride;
  for (int64_t i = first_of(me, to->count); i < end_of(me, to->count); i++) {
    int64_t token = r->tokens[i];
    __builtin_memcpy(to->data + i * to->stride, from->data + token * from->stride, bytes);
    if (to->steps) {
      to->steps[i] = from->steps[token];
    }
  }
}

// Elements from `at` on of the sum of a token's experts.
ALWAYS_INLINE floats mixed(const struct rows* experts, const int32_t* places, const float* shares, int64_t chosen,
                           int64_t at, lane_mask mask, enum type type) {
  floats total = broadcast(0);
  for (int64_t j = 0; j < chosen; j++) {
    total += load(experts->data + places[j] * experts->stride, at, mask, type) * shares[j];
  }
  return total;
}

void mix(const struct rows* experts, const struct routing* r, int64_t chosen, const struct rows* shared,
         const struct rows* opened, struct rows* to, enum type type, struct thread me) {
  for (int64_t t = first_of(me, to->count); t < end_of(me, to->count); t++) {
    float open = 1;
    if (opened) {
      open = rounded(sigmoid(load(opened->data + t * opened->stride, 0, 1, type)), type)[0];
    }
    for (int64_t i = 0; i < to->width; i += LANES) {
      lane_mask mask = lanes(i, to->width);
      floats y = mixed(experts, r->places + t * chosen, r->shares + t * chosen, chosen, i, mask, type);
      if (shared) {
        floats part = load(shared->data + t * shared->stride, i, mask, type) * open;
        y = rounded(y, type) + rounded(part, type);
      }
      store(to->data + t * to->stride, i, mask, type, y);
    }
  }
}
