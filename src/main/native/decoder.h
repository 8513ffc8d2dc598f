// A decoder as this library holds it: for each layer the phases that compute it, built once, and the tensors that they
// read.
#pragma once
#include "kernels.h"

// Rows of activations that phases read and write. Those of int8 are the quantised rows of what precedes them.
enum buffer { X, NORMED, QKV, ATTENDED, ATTENDED_INT8, ACTIVATED, ACTIVATED_INT8, LOGITS, BUFFERS };

// A step of which all threads do a part. They wait for one another before the next one.
struct phase {
  enum { NORM, PRODUCT, STORE_KV, ATTEND, QUANTISE } kind;
  enum buffer from, to;
  const void* norm;      // weight, of NORM
  float eps;             // of NORM
  struct matrix matrix;  // of PRODUCT
  enum after after;      // of PRODUCT
};

enum { MAX_PHASES = 12 };

struct layer {
  struct heads heads;
  int64_t mlp;
  float eps;  // of both norms
  struct rotation rotation;
  int64_t positions;  // rows of its tables
  struct phase phases[MAX_PHASES];
  int count, kv_count;  // kv_count: phases after which keys and values are in the cache
};

struct decoder {
  int64_t handle;
  struct decoder* next;
  enum type type;  // of activations
  bool int8;       // whether products are of int8
  int64_t hidden, vocab;
  struct layer* layers;
  int64_t layer_count;
  struct phase head[2];
  void** tensors;  // libtorch's handles of what the phases read
  int64_t tensor_count;
};

// Where a layer's weights are: norms [hidden], matrices packed.
struct layer_weights {
  const void *attention_norm, *qkv, *out, *mlp_norm, *gate_up, *down;
};

// 0 where memory is short.
struct decoder* new_decoder(enum type type, bool int8, int64_t hidden);
// 0 where there is none of this handle.
struct decoder* find_decoder(int64_t handle);
// Takes it from those that are found; its memory is freed by the caller, after its tensors.
void remove_decoder(struct decoder* d);
void free_decoder(struct decoder* d);
// Room for more tensors and one more layer; false where memory is short.
bool reserve(struct decoder* d, int64_t tensors);
// Adds a layer whose sizes, tables and scale are set; reserve() made room for it.
void add_layer(struct decoder* d, struct layer l, const struct layer_weights* w);
void set_head(struct decoder* d, const void* norm, const void* matrix, int64_t vocab, float eps);

ALWAYS_INLINE enum type product_type(const struct decoder* d) { return d->int8 ? INT8 : d->type; }
struct matrix qkv_matrix(const struct decoder* d, const struct layer* l);
struct matrix out_matrix(const struct decoder* d, const struct layer* l);
struct matrix gate_up_matrix(const struct decoder* d, const struct layer* l);
struct matrix down_matrix(const struct decoder* d, const struct layer* l);
struct matrix head_matrix(const struct decoder* d, int64_t vocab);

// Phases and what they work on in one call.
struct call {
  const struct phase* phases;
  int count;
  enum type type;
  const struct layer* layer;  // of STORE_KV and ATTEND
  struct rows buffers[BUFFERS];
  struct cache cache;
  struct places places;
  float* attention;  // attention_floats for each thread
  struct barrier barrier;
  _Alignas(64) int64_t next;  // the next tile of ATTEND
};

// Lays the buffers of a layer out from `scratch` on, for that many rows; returns how many bytes they are.
int64_t layer_buffers(const struct decoder* d, const struct layer* l, int64_t rows, int64_t longest, char* scratch,
                      struct call* c);
int64_t head_buffers(const struct decoder* d, int64_t rows, char* scratch, struct call* c);
// What every layer and the head find room in.
int64_t scratch_bytes(const struct decoder* d, int64_t rows, int64_t longest);
