// What a handle of the GPU operators stands for: one use of a device, with all that was made for it.
#pragma once
#include "gpu_driver.h"

enum {
  PINNED_CHUNK = 32 << 20,  // bytes of a transfer between pinned memory and the device
  SENDING = 4,              // transfers to the device that are under way together
  MAX_PARAMETERS = 128,     // of a kernel
};

struct allocation {
  uint64_t address, bytes;
};

// Memory of the host from and to which the device copies by itself. busy: until `event` it may read here.
struct pinned {
  char* data;
  int64_t bytes;
  void* event;
  bool busy;
};

struct module {
  void* module;
  char* image;  // with a NUL behind its bytes
  int64_t bytes;
};

struct kernel {
  void* function;
  int64_t shared;                 // bytes of dynamic shared memory that a launch may ask for
  int64_t count;                  // of parameters; -1 where the driver does not say
  int16_t sizes[MAX_PARAMETERS];  // bytes of each
};

struct gpu {
  int64_t handle;
  struct gpu* next;
  int device;
  void *context, *stream;
  char lost[256];                  // what the driver said when the device was lost; empty before
  struct allocation* allocations;  // by ascending address
  int64_t allocation_count;
  struct pinned sending[SENDING], receiving;
  int send_next;
  struct module* modules;
  int64_t module_count;
  struct kernel* kernels;
  int64_t kernel_count;
  void** graphs;  // ready to be played; null where dropped
  int64_t graph_count;
};

static const char* const NO_GPU = "there is no GPU of this handle";
static const char* const NO_HOST_MEMORY = "not enough memory on the host";

// All of these that return a text say what is wrong; null if nothing is.

// capability (10 * major + minor), bytes of memory, free ones, the driver's version, multiprocessors, the most shared
// memory of a block, 0, 0.
const char* gpu_facts(int64_t device, int64_t* numbers, char* name, int length);
const char* open_gpu(int64_t device, int64_t* handle);
// Frees all that was made for the handle, whatever fails on the way; what failed first is told.
const char* close_gpu(struct gpu* g);
// 0 where there is none of this handle.
struct gpu* find_gpu(int64_t handle);
// Makes the GPU that of the calling thread.
const char* enter_gpu(struct gpu* g);
// As cuda_error; remembers where the device is lost.
const char* gpu_error(struct gpu* g, const char* function, int error);
// Of memory of the device: says how much was asked for and how much there is.
const char* gpu_memory_error(struct gpu* g, const char* function, int error, int64_t bytes);
#define GPU(g, name, ...) gpu_error(g, #name, cuda.name(__VA_ARGS__))
// Room for one more at the end of the array that this pointer is of; false where memory is short.
bool grow(void* pointer, int64_t count, size_t size);

const char* allocate(struct gpu* g, int64_t bytes, uint64_t* address);
const char* free_allocation(struct gpu* g, uint64_t address);
// Whether [address, address + bytes) is within one allocation.
bool owns(const struct gpu* g, uint64_t address, int64_t bytes);

// Copies from the host; returns when it may be changed, before the device has all of it.
const char* send_to_gpu(struct gpu* g, const char* from, int64_t bytes, uint64_t to);
// Copies to the host when all that was asked of the GPU before is done.
const char* receive_from_gpu(struct gpu* g, uint64_t from, int64_t bytes, char* to);
// Frees pinned memory and its event; keeps in `first` what failed first.
void free_pinned(struct gpu* g, struct pinned* p, char* first);
// Keeps an error in `first`, which is of the size of `lost`, if none is there.
void note(char* first, const char* error);

// image: a cubin, or PTX, with or without a NUL at its end.
const char* find_kernel(struct gpu* g, const char* image, int64_t bytes, const char* name, int64_t shared,
                        void** function);
// What is wrong with a program, of which nothing is launched.
const char* wrong_program(struct gpu* g, const int64_t* words, int64_t count);
const char* launch(struct gpu* g, const int64_t* words, int64_t count);
// The launches of a program, in a graph.
const char* capture(struct gpu* g, const int64_t* words, int64_t count, int64_t* graph);
