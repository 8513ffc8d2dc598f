// Kernels and the programs that launch them, which are int64 words, one launch after the other: function, grid (3),
// threads of a block, bytes of dynamic shared memory, 1 where it may start before the launch before it has ended,
// number of arguments, arguments. Of an argument: kind, value; of a tensor map: kind, address, elements of a row, rows,
// elements and rows of a box, type, swizzle.
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "gpu.h"

enum { HEAD_WORDS = 8, MAP_WORDS = 8, MAX_THREADS = 1024, MAX_BOX = 256 };
enum { WORD, INT32, FLOAT, MAP };

// Bytes of an element, by the driver's numbers of types, CU_TENSOR_MAP_DATA_TYPE.
static const int8_t ELEMENT_BYTES[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};

struct reader {
  struct gpu* gpu;
  const int64_t *at, *end;
  int64_t number;  // of the launch that is read
};

// What is launched, and where its arguments are.
struct launching {
  const struct kernel* kernel;
  struct launch_config config;
  struct launch_attribute early;
  int64_t count;
  void* parameters[MAX_PARAMETERS];
  uint64_t words[MAX_PARAMETERS];
  struct tensor_map maps[MAX_PARAMETERS];
};

static const struct kernel* kernel_of(const struct gpu* g, int64_t function) {
  for (int64_t i = 0; i < g->kernel_count; i++) {
    if ((int64_t)g->kernels[i].function == function) {
      return g->kernels + i;
    }
  }
  return 0;
}

static bool in(int64_t v, int64_t first, int64_t last) { return v >= first && v <= last; }

static const char* wrong_map(const struct gpu* g, const int64_t* a) {
  int64_t address = a[1], inner = a[2], outer = a[3], type = a[6];
  RULE(in(type, 0, (int64_t)sizeof ELEMENT_BYTES - 1) && in(a[7], 0, 6), "a tensor map has no such type or swizzle");
  RULE(in(inner, 1, 1LL << 31) && in(outer, 1, 1LL << 31) && in(a[4], 1, MAX_BOX) && in(a[5], 1, MAX_BOX),
       "a tensor map's sizes or its box are out of range");
  int64_t row = inner * ELEMENT_BYTES[type], bytes;
  RULE(address % 16 == 0 && row % 16 == 0, "a tensor map's address or row is no multiple of 16 bytes");
  RULE(!__builtin_mul_overflow(row, outer, &bytes) && owns(g, (uint64_t)address, bytes),
       "a tensor map is of memory that is not allocated");
  return 0;
}

// Null where maps are only looked at.
static const char* encode(struct gpu* g, const int64_t* a, struct tensor_map* to) {
  const char* wrong = wrong_map(g, a);
  if (wrong || !to) {
    return wrong;
  }
  uint64_t inner = (uint64_t)a[2], outer = (uint64_t)a[3], row = inner * (uint64_t)ELEMENT_BYTES[a[6]];
  // No interleave, zeros outside.
  return GPU(g, cuTensorMapEncodeTiled, to, (int)a[6], 2, (uint64_t)a[1], (uint64_t[]){inner, outer},
             (uint64_t[]){row, row * outer}, (uint32_t[]){(uint32_t)a[4], (uint32_t)a[5]}, (uint32_t[]){1, 1}, 0,
             (int)a[7], L2_PROMOTION_128B, 0);
}

static int64_t bytes_of(int64_t kind) {
  switch (kind) {
    case WORD: return 8;
    case MAP: return sizeof(struct tensor_map);
    default: return 4;
  }
}

static const char* read_argument(struct reader* r, struct launching* l, int64_t i, bool play) {
  const int64_t *a = r->at, left = r->end - r->at;
  RULE(left >= 2, "the program ends among the arguments");
  RULE(in(a[0], WORD, MAP), "there is no such kind of argument");
  RULE(l->kernel->count < 0 || l->kernel->sizes[i] == bytes_of(a[0]) || (a[0] == INT32 && l->kernel->sizes[i] < 4),
       say("argument %lld is of %lld bytes, and the function's of %d", (long long)i, (long long)bytes_of(a[0]),
           l->kernel->sizes[i]));
  if (a[0] == MAP) {
    RULE(left >= MAP_WORDS, "the program ends within a tensor map");
    r->at += MAP_WORDS;
    l->parameters[i] = l->maps + i;
    return encode(r->gpu, a, play ? l->maps + i : 0);
  }
  RULE(a[0] == WORD || in(a[1], INT32_MIN, UINT32_MAX), "an argument is beyond 32 bits");
  r->at += 2;
  l->words[i] = (uint64_t)a[1];
  l->parameters[i] = l->words + i;
  return 0;
}

static const char* read_launch(struct reader* r, struct launching* l, bool play) {
  const int64_t* w = r->at;
  RULE(r->end - w >= HEAD_WORDS, "the program ends");
  l->kernel = kernel_of(r->gpu, w[0]);
  RULE(l->kernel, "there is no such function");
  RULE(in(w[1], 1, INT32_MAX) && in(w[2], 1, UINT16_MAX) && in(w[3], 1, UINT16_MAX), "the grid is out of range");
  RULE(in(w[4], 32, MAX_THREADS), "threads of a block are out of range");
  RULE(in(w[5], 0, l->kernel->shared), "shared memory is more than the function was made for, or below 0");
  RULE(in(w[6], 0, 1), "early is not 0 or 1");
  l->count = w[7];
  RULE(in(l->count, 0, MAX_PARAMETERS) && (l->kernel->count < 0 || l->count == l->kernel->count),
       say("there are %lld arguments, and the function has %lld", (long long)w[7], (long long)l->kernel->count));
  l->early = (struct launch_attribute){.id = PROGRAMMATIC_SERIALIZATION, .value = 1};
  l->config = (struct launch_config){.grid = {(uint32_t)w[1], (uint32_t)w[2], (uint32_t)w[3]},
                                     .block = {(uint32_t)w[4], 1, 1},
                                     .shared = (uint32_t)w[5],
                                     .stream = r->gpu->stream,
                                     .attributes = &l->early,
                                     .attribute_count = (uint32_t)w[6]};
  r->at += HEAD_WORDS;
  const char* wrong = 0;
  for (int64_t i = 0; i < l->count && !wrong; i++) {
    wrong = read_argument(r, l, i, play);
  }
  return wrong;
}

static const char* read_program(struct gpu* g, const int64_t* words, int64_t count, bool play) {
  struct reader r = {g, words, words + count, 0};
  struct launching l;
  for (; r.at < r.end; r.number++) {
    const char* wrong = read_launch(&r, &l, play);
    if (!wrong && play) {
      wrong = GPU(g, cuLaunchKernelEx, &l.config, l.kernel->function, l.parameters, 0);
    }
    RULE(!wrong, say("launch %lld: %s", (long long)r.number, wrong));
  }
  return 0;
}

const char* wrong_program(struct gpu* g, const int64_t* words, int64_t count) {
  return read_program(g, words, count, false);
}

const char* launch(struct gpu* g, const int64_t* words, int64_t count) { return read_program(g, words, count, true); }

const char* capture(struct gpu* g, const int64_t* words, int64_t count, int64_t* number) {
  RULE(grow(&g->graphs, g->graph_count, sizeof *g->graphs), NO_HOST_MEMORY);
  const char* error = GPU(g, cuStreamBeginCapture_v2, g->stream, CAPTURE_RELAXED);
  RULE(!error, error);
  char first[sizeof g->lost] = {0};
  void *graph = 0, *ready = 0;
  note(first, launch(g, words, count));
  note(first, GPU(g, cuStreamEndCapture, g->stream, &graph));
  if (!*first) {
    note(first, GPU(g, cuGraphInstantiateWithFlags, &ready, graph, 0));
  }
  if (graph) {
    note(first, GPU(g, cuGraphDestroy, graph));
  }
  if (*first && ready) {
    cuda.cuGraphExecDestroy(ready);
  }
  RULE(!*first, say("%s", first));
  g->graphs[g->graph_count] = ready;
  *number = g->graph_count++;
  return 0;
}

static const char* find_module(struct gpu* g, const char* image, int64_t bytes, void** module) {
  for (int64_t i = 0; i < g->module_count; i++) {
    if (g->modules[i].bytes == bytes && memcmp(g->modules[i].image, image, bytes) == 0) {
      *module = g->modules[i].module;
      return 0;
    }
  }
  char* kept = malloc(bytes + 1);
  if (!kept || !grow(&g->modules, g->module_count, sizeof *g->modules)) {
    free(kept);
    return NO_HOST_MEMORY;
  }
  memcpy(kept, image, bytes);
  kept[bytes] = 0;
  const char* error = GPU(g, cuModuleLoadData, module, kept);
  if (error) {
    free(kept);
    return error;
  }
  g->modules[g->module_count++] = (struct module){*module, kept, bytes};
  return 0;
}

// The driver tells parameter by parameter; after the last it says that the index is wrong.
static const char* read_parameters(struct gpu* g, struct kernel* k) {
  k->count = -1;
  if (!cuda.cuFuncGetParamInfo) {
    return 0;
  }
  for (k->count = 0;; k->count++) {
    size_t offset, bytes;
    int error = cuda.cuFuncGetParamInfo(k->function, (size_t)k->count, &offset, &bytes);
    if (error) {
      return error == INVALID_VALUE ? 0 : gpu_error(g, "cuFuncGetParamInfo", error);
    }
    RULE(k->count < MAX_PARAMETERS && bytes <= INT16_MAX, "the function's parameters are too many or too large");
    k->sizes[k->count] = (int16_t)bytes;
  }
}

const char* find_kernel(struct gpu* g, const char* image, int64_t bytes, const char* name, int64_t shared,
                        void** function) {
  void* module;
  const char* error = find_module(g, image, bytes, &module);
  RULE(!error, error);
  RULE(grow(&g->kernels, g->kernel_count, sizeof *g->kernels), NO_HOST_MEMORY);
  error = GPU(g, cuModuleGetFunction, function, module, name);
  RULE(!error, say("%s: %s", name, error));
  struct kernel* k = (struct kernel*)kernel_of(g, (int64_t)*function);
  if (!k) {
    k = g->kernels + g->kernel_count;
    *k = (struct kernel){.function = *function, .shared = DEFAULT_SHARED};
    error = read_parameters(g, k);
    RULE(!error, error);
    g->kernel_count++;
  }
  if (shared > k->shared) {
    error = GPU(g, cuFuncSetAttribute, *function, MAX_DYNAMIC_SHARED, (int)shared);
    RULE(!error, say("%s with %lld bytes of shared memory: %s", name, (long long)shared, error));
    k->shared = shared;
  }
  return 0;
}
