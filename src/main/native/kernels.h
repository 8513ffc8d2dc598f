// The decoder's kernels. Every function here computes a row, or a query, by the same
// operations in the same order whatever else is in the batch and whichever thread has it: bits do not depend on batch,
// spans or threads.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Numbers of c10/core/ScalarType.h.
enum type { INT8 = 1, FLOAT32 = 6, BFLOAT16 = 15 };

enum {
  LANES = 16,           // floats in a register
  PANEL = 2 * LANES,    // outputs of a product that are computed together
  MOST_TILE_ROWS = 12,  // rows, or queries, that are, at most
  ZERO_POINT = 128,     // what stands for 0 in a quantised activation
};

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// One of the threads that share a kernel's work. They are those of the OpenMP runtime that libtorch brings.
struct thread {
  int number, count;
};
// threads 0: as many as torch.set_num_threads said.
void GOMP_parallel(void (*part)(void*), void* argument, unsigned threads, unsigned flags);
int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
ALWAYS_INLINE struct thread this_thread(void) { return (struct thread){omp_get_thread_num(), omp_get_num_threads()}; }

// Where the threads of a kernel wait for one another between its phases. GOMP_barrier spins for a millisecond and more,
// which costs a machine that has other work to do far more than the waiting: after some microseconds this one lets
// others run.
struct barrier {
  int arrived, phase;
};
int sched_yield(void);
ALWAYS_INLINE void barrier_wait(struct barrier* b, struct thread me) {
  int phase = __atomic_load_n(&b->phase, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&b->arrived, 1, __ATOMIC_ACQ_REL) == me.count) {
    __atomic_store_n(&b->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&b->phase, phase + 1, __ATOMIC_RELEASE);
    return;
  }
  for (int tries = 0; __atomic_load_n(&b->phase, __ATOMIC_ACQUIRE) == phase; tries++) {
    if (tries < 200) {
      __builtin_ia32_pause();
    } else {
      sched_yield();
    }
  }
}

// For what is short: who waits lets others run.
ALWAYS_INLINE void lock(int* locked) {
  while (__atomic_exchange_n(locked, 1, __ATOMIC_ACQUIRE)) {
    sched_yield();
  }
}
ALWAYS_INLINE void unlock(int* locked) { __atomic_store_n(locked, 0, __ATOMIC_RELEASE); }

// This thread's part [first_of, end_of) of things that cost the same.
ALWAYS_INLINE int64_t first_of(struct thread me, int64_t things) { return things * me.number / me.count; }
ALWAYS_INLINE int64_t end_of(struct thread me, int64_t things) { return things * (me.number + 1) / me.count; }

ALWAYS_INLINE int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }
ALWAYS_INLINE size_t size_of(enum type type) {
  switch (type) {
    case FLOAT32: return 4;
    case BFLOAT16: return 2;
    default: return 1;
  }
}

// Rows of activations: [count, width], `stride` bytes apart. Of quantised ones a row's numbers are multiples of its
// step.
struct rows {
  char* data;
  int64_t count, width, stride;
  float* steps;
};

// A matrix as pack() leaves it: [outputs, inputs] in panels.
struct matrix {
  const char* panels;
  int64_t outputs, inputs;
  enum type type;
};

// The function between the matrices of an MLP. numbers: of XIELU its two, of CLAMPED_SWIGLU factor and limit.
struct activation {
  enum { SILU, GELU, GELU_TANH, RELU_SQUARED, XIELU, CLAMPED_SWIGLU, ACTIVATIONS } kind;
  float numbers[2];
};

// What becomes of the outputs y of a product.
struct after {
  enum {
    STORE,     // to = y
    ADD,       // to = factor * y + to
    CAP,       // to = factor * y, and where there is a cap, cap * tanh(that / cap)
    ACTIVATE,  // to = activation(y)
    GATE,      // of each 32 outputs the first 16 are gates: to = activation(gates) * others
  } kind;
  float factor, cap;
  struct activation activation;
};

ALWAYS_INLINE int64_t steps_of(int64_t inputs, enum type type) { return round_up(inputs * size_of(type), 4) / 4; }
ALWAYS_INLINE int64_t panel_bytes(int64_t inputs, enum type type) {
  return (steps_of(inputs, type) + (type == INT8 ? 3 : 1)) * PANEL * 4;
}
int64_t packed_bytes(int64_t outputs, int64_t inputs, enum type type);

// weight [outputs, inputs] of the matrix's type; scale [outputs], in int8; bias [outputs] of the type of activations,
// or null.
struct packing {
  char *to, *weight, *bias;
  float* scale;
  struct matrix shape;
};
void pack(struct packing* p);

// type: of the rows that it writes.
void product(const struct matrix* m, const struct rows* from, const struct after* after, struct rows* to,
             enum type type, struct thread me);
// The rows [starts[i], starts[i + 1]) times matrix i of `count`.
void products(const struct matrix* m, int64_t count, const int32_t* starts, const struct rows* from,
              const struct after* after, struct rows* to, enum type type, struct thread me);

// A norm over the elements of a row, in float32.
struct norm {
  enum {
    NO_NORM,
    RMS,         // rounded to the type of activations, then times a weight of that type
    RMS_FLOAT,   // times a weight in float32
    RMS_ALONE,   // without a weight
    LAYER_NORM,  // less the mean; times a weight and plus a bias, or null, in float32
    NORMS,
  } kind;
  const void *weight, *bias;
  float eps;
};

// Norm of a row of `width` elements; the two may be the same.
void norm_row(const void* from, void* to, int64_t width, const struct norm* n, enum type type);
// Norm of x into `to`; quantised where that has steps.
void norm(const struct rows* x, const struct norm* n, enum type type, struct rows* to, struct thread me);
// Quantised where `to` has steps; else bfloat16 to float32.
void convert(const struct rows* from, struct rows* to, struct thread me);
// x + factor * norm(y); y is changed.
void add_block(struct rows* y, const struct norm* n, float factor, struct rows* x, enum type type, struct thread me);

void scale_rows(struct rows* x, float factor, enum type type, struct thread me);
void multiply_rows(struct rows* x, const struct rows* by, enum type type, struct thread me);

// How tokens choose their experts.
struct router {
  enum { SOFTMAX, SOFTMAX_OF_CHOSEN, SIGMOID, ROUTERS } kind;
  int64_t experts, chosen, groups, chosen_groups;
  bool normalised;
  float scale;
  const float* correction;  // [experts], or null
  const float* scales;      // [experts]: factors of each expert's share, or null
};

// The experts of tokens, in the order of their numbers, and the tokens of experts.
struct routing {
  int32_t* experts;  // [tokens, chosen]
  float* shares;     // [tokens, chosen]
  int32_t* places;   // [tokens, chosen]: the row of the expert's products
  int32_t* tokens;   // [tokens * chosen]: of each of these rows
  int32_t* starts;   // [experts + 1]: the first row of each expert
};
void route(const struct rows* logits, const struct router* r, enum type type, const struct routing* to,
           struct thread me);
// What one thread does with all of them: places, tokens and starts.
void sort_by_expert(const struct router* r, int64_t tokens, const struct routing* to);
void gather(const struct rows* from, const struct routing* r, struct rows* to, struct thread me);
// The sum of a token's experts by their shares; plus what all tokens share, times the sigmoid of opened where there is
// one.
void mix(const struct rows* experts, const struct routing* r, int64_t chosen, const struct rows* shared,
         const struct rows* opened, struct rows* to, enum type type, struct thread me);

// Attention of a layer: query heads, in groups of which each has one head of keys and values.
struct heads {
  int64_t count, kv_count, head_dim;
  // Where keys and values come from: values may be the keys, as they are before norm and rotation, and all may be those
  // of an earlier layer.
  enum { OWN, KEYS_AS_VALUES, EARLIER, KV_SOURCES } kv;
  float scale;         // of scores
  float cap;           // where above 0, a score s becomes cap * tanh(s / cap)
  int64_t window;      // positions that a query sees, its own among them; 0 for all
  const float* sinks;  // [count]: a score of each head that has no value, or null
};

// What is done to queries and keys by their heads, and to values, before they are stored.
struct rotation {
  const void *cosine, *sine;  // [rows, width], or null
  int64_t width;              // elements of a head that are rotated, from its beginning
  enum { BEFORE_ROTATION, AFTER_ROTATION, WHOLE_WIDTH, WEIGHTS_BY_HEAD, PLACES } place;  // of these norms:
  struct norm query_norm, key_norm;
  struct norm value_norm;                  // of each head
  float clip;                              // where above 0, what all are cut off beyond, before the rotation
  float position_beta, position_original;  // a query's factor is 1 + beta * ln(1 + floor(position / original))
};

// Keys and values of a layer: [blocks, kv_heads, block, head_dim]. In a block of a head, keys lie in groups of 16
// positions, each [head_dim in steps of 4 bytes, 16], so that 16 scores are one register; block is a multiple of 32.
struct cache {
  char *keys, *values;
  int64_t block, stride;  // stride: bytes from a block to the next one, of which the layer may need a part only
};

// Which positions of which sequences the rows of a call are.
struct places {
  const int64_t *positions, *blocks, *offsets;  // [tokens]
  const int64_t* rotations;                     // [tokens]: rows of the rotary tables
  const int64_t* spans;    // [count, 4]: first token, tokens, position of the first, first entry in table
  const int64_t* table;    // block numbers
  int64_t count, longest;  // longest: the most positions that a query of the call sees
};

// qkv [tokens, heads + 2 kv_heads, head_dim], without keys and values where they are an earlier layer's: norms q and k
// and rotates them (in place), and stores k and v.
void rotate_and_store(struct rows* qkv, const struct heads* h, const struct cache* c, const struct places* p,
                      const struct rotation* r, enum type type, struct thread me);

// Positions of which the scores are computed together.
ALWAYS_INLINE int64_t padded(int64_t positions) { return round_up(positions, 2 * LANES); }

// What a thread needs for attend, in floats: a multiple of a cache line.
int64_t attention_floats(int64_t longest, int64_t head_dim);
// Attention of each token over the positions that it sees. next: a counter that the threads share, 0 at first; own:
// attention_floats.
void attend(const struct rows* qkv, const struct heads* h, const struct cache* c, const struct places* p,
            struct rows* to, enum type type, int64_t* next, float* own);

// Rows of logits, and float64 rows of `width` that tell of them. temperatures: null for 1; next: a counter, 0 at first.
struct logits_summary {
  double* to;
  struct rows logits;
  const float* temperatures;
  const int64_t* targets;
  int64_t best, width, next;
  enum type type;
};
// Log-sum-exp of the logits, and of logits / temperature, then the ids and the logits of the best, descending, ties by
// id.
void candidates(struct logits_summary* r);
// Log-sum-exp, the target's logit, 1 where the target is the (first) best, else 0.
void targets(struct logits_summary* r);

// What computes: one for processors with AVX2, one for those with AVX-512. Rows have the same bits by both.
struct call;
struct kernels {
  // Runs the phases of a call (decoder.h).
  void (*run)(struct call* c);
  void (*candidates)(struct logits_summary* r);
  void (*targets)(struct logits_summary* r);
};
// The one for products of a type on this processor.
const struct kernels* kernels_of(enum type type);
