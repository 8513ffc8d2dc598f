// Operators on GPUs. What a GPU does goes on after the operator that asked for it, in order; gpu_read and gpu_run with
// an out wait for it. libtorch takes operators without a tensor for functions: where their values are not used it may
// leave them out, and two calls in one method with the same arguments may be one.
#include "gpu.h"
#include "operators.h"

static const char* const OUTSIDE = "bytes at the address are not within one allocation";

enum { MAX_NAME = 256, FACTS = 8, DEVICE_NAME = 96 };

static void refuse_if(const char* error, const char* operator) {
  if (error) {
    refuse(operator, error);
  }
}

// Ends an operator of tensors that returns a number, or what went wrong.
static void end_with_number(value* s, int tensors, const char* operator, const char* error, int64_t number) {
  release(s, 0, tensors, operator);
  refuse_if(error, operator);
  s[0] = (value)number;
}

// Ends one that returns its first tensor.
static void end_with_tensor(value* s, int tensors, const char* operator, const char* error) {
  release(s, error ? 0 : 1, tensors, operator);
  refuse_if(error, operator);
}

// The GPU of a handle, for this thread.
static struct gpu* gpu_of(value handle, const char* operator) {
  struct gpu* g = find_gpu((int64_t)handle);
  refuse_if(g ? enter_gpu(g) : NO_GPU, operator);
  return g;
}

// By the numbers of c10/core/ScalarType.h; 0 for a type that is not of whole bytes or not known.
static int64_t bytes_of(const struct argument* a) {
  static const char SIZES[] = {1, 1, 2, 4, 8, 2, 4, 8, 4, 8, 16, 1, 0, 0, 0,
                               2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,  1, 2, 4, 8};
  return a->type >= 0 && a->type < (int32_t)sizeof SIZES ? a->count * SIZES[a->type] : 0;
}

static const char* wrong_bytes(const struct argument* a) {
  RULE(a->count == 0 || bytes_of(a), "a tensor's elements have no known size");
  return 0;
}

static void op_count(value* s, uint64_t arguments, uint64_t results) {
  int count = 0;
  const char* error = load_cuda();
  refuse_if(error ? error : CUDA(cuDeviceGetCount, &count), "gpu_count");
  s[0] = (value)count;
}

// numbers, name; device
static const char* wrong_facts(const value* s, const struct argument* a) {
  RULE(is_vector(a, INT64, FACTS), "numbers are not 8 of int64");
  RULE(is_vector(a + 1, UINT8, DEVICE_NAME), "name is not 96 of uint8");
  return 0;
}

static void op_facts(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[2];
  read_arguments(s, 2, wrong_facts, "gpu_facts", a);
  end_with_tensor(s, 2, "gpu_facts", gpu_facts((int64_t)s[2], (int64_t*)a[0].data, a[1].data, DEVICE_NAME));
}

static void op_open(value* s, uint64_t arguments, uint64_t results) {
  int64_t handle = 0;
  refuse_if(open_gpu((int64_t)s[0], &handle), "gpu_open");
  s[0] = (value)handle;
}

static void op_close(value* s, uint64_t arguments, uint64_t results) {
  struct gpu* g = find_gpu((int64_t)s[0]);
  refuse_if(g ? close_gpu(g) : NO_GPU, "gpu_close");
  s[0] = 0;
}

// image, entry; handle, shared
static const char* wrong_function(const value* s, const struct argument* a) {
  RULE(find_gpu((int64_t)s[2]), NO_GPU);
  RULE(is_bytes(a, 1), "image is not of uint8, or empty");
  RULE(is_bytes(a + 1, 1) && a[1].count < MAX_NAME, "entry is not of uint8, or empty, or longer than 255");
  RULE((int64_t)s[3] >= 0 && (int64_t)s[3] <= INT32_MAX, "shared is out of range");
  return 0;
}

static void op_function(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[2];
  void* function = 0;
  char name[MAX_NAME] = {0};
  read_arguments(s, 2, wrong_function, "gpu_function", a);
  __builtin_memcpy(name, a[1].data, (size_t)a[1].count);
  struct gpu* g = find_gpu((int64_t)s[2]);
  const char* error = enter_gpu(g);
  error = error ? error : find_kernel(g, a[0].data, a[0].count, name, (int64_t)s[3], &function);
  end_with_number(s, 2, "gpu_function", error, (int64_t)function);
}

// handle, bytes
static void op_allocate(value* s, uint64_t arguments, uint64_t results) {
  uint64_t address = 0;
  struct gpu* g = gpu_of(s[0], "gpu_allocate");
  bool possible = (int64_t)s[1] > 0 && (int64_t)s[1] < 1LL << 48;
  refuse_if(possible ? allocate(g, (int64_t)s[1], &address) : "bytes are out of range", "gpu_allocate");
  s[0] = (value)address;
}

// handle, address
static void op_free(value* s, uint64_t arguments, uint64_t results) {
  struct gpu* g = gpu_of(s[0], "gpu_free");
  refuse_if(free_allocation(g, s[1]), "gpu_free");
  s[0] = 0;
}

// tensor; handle, address
static const char* wrong_transfer(const value* s, const struct argument* a) {
  const struct gpu* g = find_gpu((int64_t)s[1]);
  RULE(g, NO_GPU);
  const char* bytes = wrong_bytes(a);
  RULE(!bytes, bytes);
  RULE(owns(g, s[2], bytes_of(a)), OUTSIDE);
  return 0;
}

static void op_write(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_transfer, "gpu_write", a);
  struct gpu* g = find_gpu((int64_t)s[1]);
  const char* error = enter_gpu(g);
  error = error ? error : send_to_gpu(g, a->data, bytes_of(a), s[2]);
  end_with_number(s, 1, "gpu_write", error, bytes_of(a));
}

static void op_read(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_transfer, "gpu_read", a);
  struct gpu* g = find_gpu((int64_t)s[1]);
  const char* error = enter_gpu(g);
  end_with_tensor(s, 1, "gpu_read", error ? error : receive_from_gpu(g, s[2], bytes_of(a), a->data));
}

// handle, address, bytes
static void op_zero(value* s, uint64_t arguments, uint64_t results) {
  struct gpu* g = gpu_of(s[0], "gpu_zero");
  refuse_if(owns(g, s[1], (int64_t)s[2]) ? 0 : OUTSIDE, "gpu_zero");
  refuse_if((int64_t)s[2] ? GPU(g, cuMemsetD8Async, s[1], 0, (size_t)s[2], g->stream) : 0, "gpu_zero");
  s[0] = s[2];
}

// copies [n, 3] of from, to, bytes; handle
static const char* wrong_copies(const value* s, const struct argument* a) {
  const struct gpu* g = find_gpu((int64_t)s[1]);
  RULE(g, NO_GPU);
  RULE(is(a, INT64, 2) && a->size[1] == 3, "copies are not [n, 3] of int64");
  const int64_t* c = (int64_t*)a->data;
  for (int64_t i = 0; i < a->count; i += 3) {
    RULE(owns(g, (uint64_t)c[i], c[i + 2]) && owns(g, (uint64_t)c[i + 1], c[i + 2]), OUTSIDE);
    RULE(c[i] + c[i + 2] <= c[i + 1] || c[i + 1] + c[i + 2] <= c[i], "a copy's bytes are partly the same");
  }
  return 0;
}

static void op_copy(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  read_arguments(s, 1, wrong_copies, "gpu_copy", a);
  struct gpu* g = find_gpu((int64_t)s[1]);
  const char* error = enter_gpu(g);
  const int64_t* c = (int64_t*)a->data;
  for (int64_t i = 0; i < a->count && !error; i += 3) {
    error =
        c[i + 2] ? GPU(g, cuMemcpyDtoDAsync_v2, (uint64_t)c[i + 1], (uint64_t)c[i], (size_t)c[i + 2], g->stream) : 0;
  }
  end_with_number(s, 1, "gpu_copy", error, a->size[0]);
}

static const char* wrong_program_of(struct gpu* g, const struct argument* program) {
  RULE(program->type == INT64 && program->dimensions == 1, "program is not a vector of int64");
  return wrong_program(g, (int64_t*)program->data, program->count);
}

// program; handle
static const char* wrong_graph(const value* s, const struct argument* a) {
  struct gpu* g = find_gpu((int64_t)s[1]);
  RULE(g, NO_GPU);
  RULE(a->count, "program is empty");
  return wrong_program_of(g, a);
}

static void op_graph(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[1];
  int64_t graph = 0;
  read_arguments(s, 1, wrong_graph, "gpu_graph", a);
  struct gpu* g = find_gpu((int64_t)s[1]);
  const char* error = enter_gpu(g);
  error = error ? error : capture(g, (int64_t*)a->data, a->count, &graph);
  end_with_number(s, 1, "gpu_graph", error, graph);
}

static bool has_graph(const struct gpu* g, value graph) {
  return (int64_t)graph >= 0 && (int64_t)graph < g->graph_count && g->graphs[graph];
}

static const char* const NO_GRAPH = "the GPU has no such graph";

// handle, graph
static void op_drop_graph(value* s, uint64_t arguments, uint64_t results) {
  struct gpu* g = gpu_of(s[0], "gpu_drop_graph");
  refuse_if(has_graph(g, s[1]) ? 0 : NO_GRAPH, "gpu_drop_graph");
  void* graph = g->graphs[s[1]];
  g->graphs[s[1]] = 0;
  refuse_if(GPU(g, cuGraphExecDestroy, graph), "gpu_drop_graph");
  s[0] = 0;
}

enum { PROGRAM_ALONE = -1 };

// out, input, program; handle, graph, to, from
static const char* wrong_run(const value* s, const struct argument* a) {
  struct gpu* g = find_gpu((int64_t)s[3]);
  RULE(g, NO_GPU);
  const char *out = wrong_bytes(a), *input = wrong_bytes(a + 1);
  RULE(!out, out);
  RULE(!input, input);
  RULE((!a[1].count || owns(g, s[5], bytes_of(a + 1))) && (!a[0].count || owns(g, s[6], bytes_of(a))), OUTSIDE);
  if ((int64_t)s[4] == PROGRAM_ALONE) {
    return wrong_program_of(g, a + 2);
  }
  RULE(has_graph(g, s[4]), NO_GRAPH);
  return 0;
}

static void op_run(value* s, uint64_t arguments, uint64_t results) {
  struct argument a[3];
  read_arguments(s, 3, wrong_run, "gpu_run", a);
  struct gpu* g = find_gpu((int64_t)s[3]);
  const char* error = enter_gpu(g);
  error = error ? error : send_to_gpu(g, a[1].data, bytes_of(a + 1), s[5]);
  if (!error) {
    error = (int64_t)s[4] == PROGRAM_ALONE ? launch(g, (int64_t*)a[2].data, a[2].count)
                                           : GPU(g, cuGraphLaunch, g->graphs[s[4]], g->stream);
  }
  error = error ? error : receive_from_gpu(g, s[6], bytes_of(a), a[0].data);
  end_with_tensor(s, 3, "gpu_run", error);
}

const struct operator GPU_OPERATORS[] = {
    {"gpu_count", "gpu_count() -> int", op_count},
    {"gpu_facts", "gpu_facts(Tensor(a!) numbers, Tensor(b!) name, int device) -> Tensor(a!)", op_facts},
    {"gpu_open", "gpu_open(int device) -> int", op_open},
    {"gpu_close", "gpu_close(int handle) -> int", op_close},
    {"gpu_function", "gpu_function(Tensor image, Tensor entry, int handle, int shared) -> int", op_function},
    {"gpu_allocate", "gpu_allocate(int handle, int bytes) -> int", op_allocate},
    {"gpu_free", "gpu_free(int handle, int address) -> int", op_free},
    {"gpu_write", "gpu_write(Tensor bytes, int handle, int address) -> int", op_write},
    {"gpu_read", "gpu_read(Tensor(a!) to, int handle, int address) -> Tensor(a!)", op_read},
    {"gpu_zero", "gpu_zero(int handle, int address, int bytes) -> int", op_zero},
    {"gpu_copy", "gpu_copy(Tensor copies, int handle) -> int", op_copy},
    {"gpu_graph", "gpu_graph(Tensor program, int handle) -> int", op_graph},
    {"gpu_drop_graph", "gpu_drop_graph(int handle, int graph) -> int", op_drop_graph},
    {"gpu_run",
     "gpu_run(Tensor(a!) out, Tensor input, Tensor program, int handle, int graph, int to, int from) -> Tensor(a!)",
     op_run},
    {0},
};
