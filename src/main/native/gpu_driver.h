// NVIDIA's driver, libcuda.so.1, loaded at the first use and declared here with what cuda.h says of CUDA 12.0 and
// later: there is no toolkit where this is built, and mostly no driver where it is loaded.
#pragma once
#include "kernels.h"

enum {
  INVALID_VALUE = 1,  // errors:
  OUT_OF_MEMORY = 2,
  STREAM_NON_BLOCKING = 1,
  EVENT_DISABLE_TIMING = 2,
  CAPTURE_RELAXED = 2,
  MULTIPROCESSORS = 16,  // attributes of a device:
  CAPABILITY_MAJOR = 75,
  CAPABILITY_MINOR = 76,
  MAX_SHARED_OPTIN = 97,
  MAX_DYNAMIC_SHARED = 8,          // an attribute of a function
  DEFAULT_SHARED = 48 << 10,       // bytes of shared memory that a block can have without being asked for
  PROGRAMMATIC_SERIALIZATION = 6,  // an attribute of a launch
  L2_PROMOTION_128B = 2,           // of a tensor map
};

struct launch_attribute {
  _Alignas(8) int32_t id;
  int32_t unused, value;
  char rest[60];
};
_Static_assert(sizeof(struct launch_attribute) == 72, "CUlaunchAttribute");

struct launch_config {
  uint32_t grid[3], block[3], shared;
  void* stream;
  struct launch_attribute* attributes;
  uint32_t attribute_count;
};
_Static_assert(sizeof(struct launch_config) == 56, "CUlaunchConfig");

struct tensor_map {
  _Alignas(128) char opaque[128];
};

// Name and parameters; all return an error's number, 0 for none.
#define CUDA_FUNCTIONS(F)                                                                                             \
  F(cuInit, unsigned flags)                                                                                           \
  F(cuDriverGetVersion, int* version)                                                                                 \
  F(cuGetErrorName, int error, const char** name)                                                                     \
  F(cuGetErrorString, int error, const char** text)                                                                   \
  F(cuDeviceGetCount, int* count)                                                                                     \
  F(cuDeviceGet, int* device, int ordinal)                                                                            \
  F(cuDeviceGetName, char* name, int length, int device)                                                              \
  F(cuDeviceTotalMem_v2, size_t* bytes, int device)                                                                   \
  F(cuDeviceGetAttribute, int* to, int attribute, int device)                                                         \
  F(cuDevicePrimaryCtxRetain, void** context, int device)                                                             \
  F(cuDevicePrimaryCtxRelease_v2, int device)                                                                         \
  F(cuCtxSetCurrent, void* context)                                                                                   \
  F(cuCtxPushCurrent_v2, void* context)                                                                               \
  F(cuCtxPopCurrent_v2, void** context)                                                                               \
  F(cuMemGetInfo_v2, size_t* available, size_t* total)                                                                \
  F(cuMemAlloc_v2, uint64_t* address, size_t bytes)                                                                   \
  F(cuMemFree_v2, uint64_t address)                                                                                   \
  F(cuMemAllocHost_v2, void** to, size_t bytes)                                                                       \
  F(cuMemFreeHost, void* memory)                                                                                      \
  F(cuMemcpyHtoDAsync_v2, uint64_t to, const void* from, size_t bytes, void* stream)                                  \
  F(cuMemcpyDtoHAsync_v2, void* to, uint64_t from, size_t bytes, void* stream)                                        \
  F(cuMemcpyDtoDAsync_v2, uint64_t to, uint64_t from, size_t bytes, void* stream)                                     \
  F(cuMemsetD8Async, uint64_t to, unsigned char byte, size_t bytes, void* stream)                                     \
  F(cuStreamCreate, void** stream, unsigned flags)                                                                    \
  F(cuStreamSynchronize, void* stream)                                                                                \
  F(cuStreamDestroy_v2, void* stream)                                                                                 \
  F(cuEventCreate, void** event, unsigned flags)                                                                      \
  F(cuEventRecord, void* event, void* stream)                                                                         \
  F(cuEventSynchronize, void* event)                                                                                  \
  F(cuEventDestroy_v2, void* event)                                                                                   \
  F(cuModuleLoadData, void** module, const void* image)                                                               \
  F(cuModuleGetFunction, void** function, void* module, const char* name)                                             \
  F(cuModuleUnload, void* module)                                                                                     \
  F(cuFuncSetAttribute, void* function, int attribute, int value)                                                     \
  F(cuLaunchKernelEx, const struct launch_config* config, void* function, void** parameters, void** extra)            \
  F(cuTensorMapEncodeTiled, struct tensor_map* map, int type, uint32_t rank, uint64_t address, const uint64_t* sizes, \
    const uint64_t* strides, const uint32_t* box, const uint32_t* steps, int interleave, int swizzle, int promotion,  \
    int fill)                                                                                                         \
  F(cuStreamBeginCapture_v2, void* stream, int mode)                                                                  \
  F(cuStreamEndCapture, void* stream, void** graph)                                                                   \
  F(cuGraphInstantiateWithFlags, void** ready, void* graph, unsigned long long flags)                                 \
  F(cuGraphLaunch, void* ready, void* stream)                                                                         \
  F(cuGraphDestroy, void* graph)                                                                                      \
  F(cuGraphExecDestroy, void* ready)

#define CUDA_MEMBER(name, ...) int (*name)(__VA_ARGS__);
struct cuda {
  CUDA_FUNCTIONS(CUDA_MEMBER)
  // From CUDA 12.4 on; before it null.
  int (*cuFuncGetParamInfo)(void* function, size_t index, size_t* offset, size_t* bytes);
};
// Filled by load_cuda.
extern struct cuda cuda;

// What follows returns what is wrong, in one line that stays until this thread's next; null if nothing is.

// Loads the driver and initialises it.
const char* load_cuda(void);
__attribute__((format(printf, 1, 2))) const char* say(const char* format, ...);
// What is said of an error that a function of the driver returned.
const char* cuda_error(const char* function, int error);
// Whether after this error nothing works on the device for as long as the process lives.
bool is_lasting(int error);

#define CUDA(name, ...) cuda_error(#name, cuda.name(__VA_ARGS__))
