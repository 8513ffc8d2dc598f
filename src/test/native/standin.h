// A stand-in of NVIDIA's driver, libcuda.so.1, for tests of the GPU operators where there is no GPU. Memory of a device
// is the host's. What is asked of a stream is done only when someone waits for it, so that a buffer that is changed too
// early shows. What a driver does not forgive is a complaint; a test sees complaints, live objects and what was done,
// and lets a call fail.
#pragma once
#include "gpu_driver.h"

#define DECLARE(name, ...) int name(__VA_ARGS__);
CUDA_FUNCTIONS(DECLARE)
DECLARE(cuFuncGetParamInfo, void* function, size_t index, size_t* offset, size_t* bytes)

enum {
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
};

enum { DEVICES = 2, DEVICE_BYTES = 256 << 20, MOST_ARGUMENTS = 32 };

struct function {
  char name[64];
  int count, shared;
  size_t sizes[MOST_ARGUMENTS];
};

struct launched {
  struct function function;
  uint32_t grid[3], threads, shared;
  bool early;
  char arguments[MOST_ARGUMENTS][sizeof(struct tensor_map)];
};

struct work {
  enum { TO_DEVICE, FROM_DEVICE, ON_DEVICE, ZERO, LAUNCH } kind;
  char* to;
  const char* from;
  size_t bytes;
  struct launched* launched;
};

// What is in a tensor map of the stand-in.
struct map {
  uint64_t address, inner, outer, stride;
  uint32_t box[2];
  int type, swizzle, promotion;
};

struct object {
  struct object* next;
  enum kind { STREAM, EVENT, MODULE, MEMORY, PINNED, GRAPH, READY } kind;
  int device;
  char* memory;  // MEMORY, PINNED
  size_t bytes;
  int number;         // MEMORY: which allocation it was
  struct work* work;  // STREAM, GRAPH, READY
  int64_t asked, done;
  struct object* capturing;  // STREAM: the graph that gets what is asked
  struct object* stream;     // EVENT: done when this stream has done so much
  int64_t mark;
  struct function* functions;  // MODULE
  int count;
};

// What there is; `current` is the calling thread's device, -1 for none.
extern int devices, retained[DEVICES];
extern struct object* objects;
extern _Thread_local int current;

// One call at a time. `error` is what the call shall return, 0 for none; what frees something frees it all the same.
int hold(void);
void leave(int* held);
int enter(bool context);
#define CALL(context)                                \
  int held __attribute__((cleanup(leave))) = hold(); \
  int error = enter(context);
#define BEGIN(context) \
  CALL(context)        \
  if (error) {         \
    return error;      \
  }

__attribute__((format(printf, 1, 2))) void complain(const char* format, ...);
// Tells what a device does.
__attribute__((format(printf, 1, 2))) void tell(const char* format, ...);
// From now on all that needs the device's context gives this error, until the context ends; returns the error.
int lose(int device, int error);
int lost_by(int device);
struct object* make(enum kind kind);
// A function of a module, of which only the name is known.
struct function* add_function(struct object* module, const char* name);
// Whether an image is machine code, and its functions.
bool is_cubin(const char* image);
void read_cubin(const char* image, struct object* module);
// The live object of a handle, of this kind and of the current device; else a complaint and 0.
struct object* live(const void* handle, enum kind kind, const char* what);
void end_object(struct object* o);
// Ends the live object of a handle.
int destroy(void* handle, enum kind kind, int error);
// The memory of this kind that these bytes are in, or 0.
struct object* memory_of(uint64_t address, size_t bytes, enum kind kind, int device);
// Does what was asked of a stream, up to a number.
int run_stream(struct object* stream, int64_t until);
int run_all(int device);
void add_work(struct object* o, struct work w);
// Adds to a stream, or to what it captures.
int ask(void* stream, struct work w);
