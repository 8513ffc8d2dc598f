// A decoder as this library holds it: for each layer the phases that compute it, built once, and the tensors that they
// read.
#pragma once
#include "kernels.h"

// Rows of activations that phases read and write. Those of int8 are the quantised rows of what precedes them.
enum buffer {
  X,
  NORMED,  // what the mixer's product takes
  QKV,
  ATTENDED,
  ATTENDED_INT8,
  BLOCK,       // what a block adds, before its norm
  MLP_PLAIN,   // what experts take, before it is quantised
  MLP_NORMED,  // what the MLP takes, where NORMED is the mixer's or MLP_PLAIN is not quantised
  ACTIVATED,
  ACTIVATED_INT8,
  ROUTER_IN,     // what a router takes, where that is not what experts take
  ROUTER_FLOAT,  // what a router in float32 takes, of bfloat16
  ROUTED,        // its logits
  GATHERED,      // rows of what the MLP takes, expert by expert, as the next ones
  EXPERT_ACTIVATED,
  EXPERT_INT8,
  EXPERT_OUT,
  SHARED,  // of the MLP that all tokens share
  OPENED,  // its gate
  INPUT_ACTIVATED,
  INPUT_INT8,
  INPUTS,           // what layers take of the tokens themselves: of this one, or of all for INPUT phases
  INPUTS_BY_LAYER,  // the same rows, a row a token and layer
  LOGITS,
  BUFFERS
};

// Rows of a buffer for each token of a call; width 0: the buffer is not used.
struct room {
  int64_t width, rows;
  bool int8;
};

// A step of which all threads do a part. They wait for one another before the next one.
struct phase {
  enum { NORM, PRODUCT, STORE_KV, ATTEND, CONVERT, ADD_BLOCK, ROUTE, SORT, GATHER, EXPERTS, MIX, SCALE, MULTIPLY } kind;
  enum buffer from, to;
  enum type type;                 // of the rows that a product writes, and ROUTE reads
  struct norm norm;               // of NORM and ADD_BLOCK
  struct matrix matrix;           // of PRODUCT
  const struct matrix* matrices;  // of EXPERTS
  struct after after;             // of PRODUCT and EXPERTS
  float factor;                   // of ADD_BLOCK and SCALE
};

enum { MAX_PHASES = 40, MAX_INPUT_PHASES = 3 };

// Norms of a layer: before and after its mixer and its MLP; after an MLP beside experts, before and after these, before
// their router; after what the layer takes of the tokens themselves.
enum place {
  MIXER_IN,
  MIXER_OUT,
  MLP_IN,
  MLP_OUT,
  DENSE_OUT,
  EXPERTS_IN,
  EXPERTS_OUT,
  ROUTER_NORM,
  INPUT_OUT,
  NORM_PLACES
};

// What an MLP is in its layer.
enum part { DENSE, EXPERT, SHARED_EXPERT, INPUT, PARTS };

// in: gates and others in turns of 16, or what is activated.
struct mlp {
  int64_t size;
  struct after after;  // of the first product
  struct matrix in, down;
};

struct layer {
  struct norm norms[NORM_PLACES];
  bool parallel;      // the MLP takes the layer's input, not what the mixer made of it
  float block_scale;  // of what each block adds
  float out_scale;    // of what leaves the layer
  struct heads heads;
  struct rotation rotation;
  int64_t table_rows;  // of its rotary tables
  struct matrix qkv, out;
  struct mlp mlp;          // of a layer without experts, beside them, or what all tokens share
  bool beside;             // beside them: with norms of its own
  struct mlp input;        // of what the layer takes of the tokens themselves
  struct matrix* experts;  // gates and others of each; then what follows them
  int64_t expert_count, expert_size;
  struct after expert_after;
  struct router router;
  float router_scale;  // of what the router takes after a norm of its own
  struct matrix router_matrix, shared_gate;
  struct room rooms[BUFFERS];
  struct phase phases[MAX_PHASES];
  int count, kv_count;  // kv_count: phases after which keys and values are in the cache. 0: it is being built
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
  struct phase inputs[MAX_INPUT_PHASES];  // of what layers take of the tokens themselves
  int input_count;
  int64_t input_layers, input_width;
  void** tensors;  // libtorch's handles of what the phases read
  int64_t tensor_count;
};

// 0 where memory is short.
struct decoder* new_decoder(enum type type, bool int8, int64_t hidden);
// 0 where there is none of this handle.
struct decoder* find_decoder(int64_t handle);
// Takes it from those that are found; its memory is freed by the caller, after its tensors.
void remove_decoder(struct decoder* d);
void free_decoder(struct decoder* d);
// Room for more tensors; false where memory is short.
bool reserve(struct decoder* d, int64_t tensors);
// A new layer; false where memory is short.
bool add_layer(struct decoder* d, bool parallel, float block_scale, float out_scale);
// Room for the matrices of so many experts; false where memory is short.
bool reserve_experts(struct layer* l, int64_t count);
// The layer that is being built, or 0.
struct layer* open_layer(const struct decoder* d);
// Builds the phases of a layer of which all is set.
void end_layer(const struct decoder* d, struct layer* l);
void set_head(struct decoder* d, const struct norm* n, const void* panels, int64_t vocab, float scale, float cap);

ALWAYS_INLINE enum type product_type(const struct decoder* d) { return d->int8 ? INT8 : d->type; }
// What layers take of the tokens themselves: norm(factor * x times a matrix), layer by layer.
void set_inputs(struct decoder* d, const struct norm* n, const void* panels, int64_t layers, int64_t width,
                float factor);

// Sizes of matrices, without their panels.
struct matrix matrix(const struct decoder* d, int64_t outputs, int64_t inputs);
struct matrix qkv_matrix(const struct decoder* d, const struct heads* h);
struct matrix out_matrix(const struct decoder* d, const struct heads* h);
struct matrix in_matrix(const struct decoder* d, int64_t size, bool gated);

// Phases and what they work on in one call.
struct call {
  const struct phase* phases;
  int count;
  enum type type;
  const struct layer* layer;  // of phases of a layer
  struct rows buffers[BUFFERS];
  struct cache cache;
  struct places places;
  struct routing routing;
  float* attention;  // attention_floats for each thread
  struct barrier barrier;
  _Alignas(64) int64_t next;  // the next tile of ATTEND
};

// Lays the buffers of a layer out from `scratch` on, for that many rows; returns how many bytes they are.
int64_t layer_buffers(const struct layer* l, int64_t rows, int64_t longest, char* scratch, struct call* c);
int64_t head_buffers(const struct decoder* d, int64_t rows, char* scratch, struct call* c);
// What every layer and the head find room in.
int64_t scratch_bytes(const struct decoder* d, int64_t rows, int64_t longest);
