// Handles of GPUs: how they begin and end, their memory, and what is said when a device is lost.
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"

static struct gpu* gpus;
static int64_t handles;
static int locked;

struct gpu* find_gpu(int64_t handle) {
  lock(&locked);
  struct gpu* g = gpus;
  while (g && g->handle != handle) {
    g = g->next;
  }
  unlock(&locked);
  return g;
}

static void add(struct gpu* g) {
  lock(&locked);
  g->handle = ++handles;
  g->next = gpus;
  gpus = g;
  unlock(&locked);
}

static void take_out(struct gpu* g) {
  lock(&locked);
  struct gpu** at = &gpus;
  while (*at != g) {
    at = &(*at)->next;
  }
  *at = g->next;
  unlock(&locked);
}

void note(char* first, const char* error) {
  if (error && !*first) {
    strncpy(first, error, sizeof((struct gpu*)0)->lost - 1);
  }
}

const char* gpu_error(struct gpu* g, const char* function, int error) {
  const char* told = cuda_error(function, error);
  if (is_lasting(error)) {
    note(g->lost, told);
  }
  return told;
}

const char* gpu_memory_error(struct gpu* g, const char* function, int error, int64_t bytes) {
  const char* told = gpu_error(g, function, error);
  size_t available = 0, total = 0;
  if (error != OUT_OF_MEMORY || cuda.cuMemGetInfo_v2(&available, &total)) {
    return told;
  }
  return say("%s; %lld bytes were asked for, and %zu of the device's %zu are free", told, (long long)bytes, available,
             total);
}

const char* enter_gpu(struct gpu* g) {
  RULE(!*g->lost, say("the device was lost before: %s", g->lost));
  return GPU(g, cuCtxSetCurrent, g->context);
}

bool grow(void* pointer, int64_t count, size_t size) {
  void* array;
  memcpy(&array, pointer, sizeof array);
  array = realloc(array, (count + 1) * size);
  if (array) {
    memcpy(pointer, &array, sizeof array);
  }
  return array;
}

static const char* begin(struct gpu* g) {
  const char* error = GPU(g, cuDevicePrimaryCtxRetain, &g->context, g->device);
  error = error ? error : GPU(g, cuCtxSetCurrent, g->context);
  return error ? error : GPU(g, cuStreamCreate, &g->stream, STREAM_NON_BLOCKING);
}

// Frees all of it; keeps in `first` what failed first.
static void end(struct gpu* g, char* first) {
  if (g->context) {
    note(first, GPU(g, cuCtxSetCurrent, g->context));
  }
  if (g->stream) {
    note(first, GPU(g, cuStreamSynchronize, g->stream));
  }
  for (int64_t i = 0; i < g->graph_count; i++) {
    if (g->graphs[i]) {
      note(first, GPU(g, cuGraphExecDestroy, g->graphs[i]));
    }
  }
  for (int64_t i = 0; i < g->module_count; i++) {
    note(first, GPU(g, cuModuleUnload, g->modules[i].module));
    free(g->modules[i].image);
  }
  for (int64_t i = 0; i < g->allocation_count; i++) {
    note(first, GPU(g, cuMemFree_v2, g->allocations[i].address));
  }
  for (int i = 0; i < SENDING; i++) {
    free_pinned(g, g->sending + i, first);
  }
  free_pinned(g, &g->receiving, first);
  if (g->stream) {
    note(first, GPU(g, cuStreamDestroy_v2, g->stream));
  }
  if (g->context) {
    note(first, GPU(g, cuCtxSetCurrent, 0));
    note(first, GPU(g, cuDevicePrimaryCtxRelease_v2, g->device));
  }
  free(g->graphs);
  free(g->modules);
  free(g->kernels);
  free(g->allocations);
  free(g);
}

static const char* find_device(int64_t number, int* device) {
  int count = 0;
  const char* error = load_cuda();
  error = error ? error : CUDA(cuDeviceGetCount, &count);
  RULE(!error, error);
  RULE(number >= 0 && number < count, say("there is no device %lld: there are %d", (long long)number, count));
  return CUDA(cuDeviceGet, device, (int)number);
}

// Only a context knows how much is free.
static const char* read_free(int device, size_t* available) {
  size_t total;
  void *context = 0, *popped;
  const char* error = CUDA(cuDevicePrimaryCtxRetain, &context, device);
  RULE(!error, error);
  char first[sizeof((struct gpu*)0)->lost] = {0};
  note(first, CUDA(cuCtxPushCurrent_v2, context));
  if (!*first) {
    note(first, CUDA(cuMemGetInfo_v2, available, &total));
    note(first, CUDA(cuCtxPopCurrent_v2, &popped));
  }
  note(first, CUDA(cuDevicePrimaryCtxRelease_v2, device));
  return *first ? say("%s", first) : 0;
}

const char* gpu_facts(int64_t number, int64_t* numbers, char* name, int length) {
  int device, major = 0, minor = 0, version = 0, multiprocessors = 0, shared = 0;
  size_t total = 0, available = 0;
  const char* error = find_device(number, &device);
  error = error ? error : CUDA(cuDeviceGetName, name, length, device);
  error = error ? error : CUDA(cuDeviceGetAttribute, &major, CAPABILITY_MAJOR, device);
  error = error ? error : CUDA(cuDeviceGetAttribute, &minor, CAPABILITY_MINOR, device);
  error = error ? error : CUDA(cuDeviceGetAttribute, &multiprocessors, MULTIPROCESSORS, device);
  error = error ? error : CUDA(cuDeviceGetAttribute, &shared, MAX_SHARED_OPTIN, device);
  error = error ? error : CUDA(cuDeviceTotalMem_v2, &total, device);
  error = error ? error : CUDA(cuDriverGetVersion, &version);
  error = error ? error : read_free(device, &available);
  int64_t facts[] = {10 * major + minor, (int64_t)total, (int64_t)available, version, multiprocessors, shared, 0, 0};
  memcpy(numbers, facts, sizeof facts);
  return error;
}

const char* open_gpu(int64_t number, int64_t* handle) {
  int device;
  const char* error = find_device(number, &device);
  RULE(!error, error);
  struct gpu* g = calloc(1, sizeof *g);
  RULE(g, NO_HOST_MEMORY);
  char first[sizeof g->lost] = {0};
  g->device = device;
  note(first, begin(g));
  if (*first) {
    end(g, first);
    return say("%s", first);
  }
  add(g);
  *handle = g->handle;
  return 0;
}

const char* close_gpu(struct gpu* g) {
  bool lost = *g->lost;
  char first[sizeof g->lost] = {0};
  take_out(g);
  end(g, first);
  // Of a device that is known to be lost nothing works.
  return *first && !lost ? say("%s", first) : 0;
}

// How many allocations begin at the address or below.
static int64_t place(const struct gpu* g, uint64_t address) {
  int64_t from = 0, to = g->allocation_count;
  while (from < to) {
    int64_t middle = (from + to) / 2;
    if (g->allocations[middle].address <= address) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

bool owns(const struct gpu* g, uint64_t address, int64_t bytes) {
  int64_t i = place(g, address);
  if (i == 0 || bytes < 0) {
    return false;
  }
  const struct allocation* a = g->allocations + i - 1;
  uint64_t offset = address - a->address;
  return offset <= a->bytes && (uint64_t)bytes <= a->bytes - offset;
}

const char* allocate(struct gpu* g, int64_t bytes, uint64_t* address) {
  RULE(grow(&g->allocations, g->allocation_count, sizeof *g->allocations), NO_HOST_MEMORY);
  const char* error = gpu_memory_error(g, "cuMemAlloc_v2", cuda.cuMemAlloc_v2(address, (size_t)bytes), bytes);
  RULE(!error, error);
  int64_t i = place(g, *address);
  memmove(g->allocations + i + 1, g->allocations + i, (g->allocation_count - i) * sizeof *g->allocations);
  g->allocations[i] = (struct allocation){*address, (uint64_t)bytes};
  g->allocation_count++;
  return 0;
}

const char* free_allocation(struct gpu* g, uint64_t address) {
  int64_t i = place(g, address) - 1;
  RULE(i >= 0 && g->allocations[i].address == address, "there is no allocation at this address");
  g->allocation_count--;
  memmove(g->allocations + i, g->allocations + i + 1, (g->allocation_count - i) * sizeof *g->allocations);
  return GPU(g, cuMemFree_v2, address);
}
