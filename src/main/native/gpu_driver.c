// The driver of NVIDIA's GPUs and what is said of its errors.
#include "gpu_driver.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct cuda cuda;

static void* library;
static int locked;

const char* say(const char* format, ...) {
  static _Thread_local char line[1024];
  char next[sizeof line];  // what is said may have the line before in it
  va_list values;
  va_start(values, format);
  vsnprintf(next, sizeof next, format, values);
  va_end(values);
  return memcpy(line, next, sizeof line);
}

bool is_lasting(int error) {
  switch (error) {
    case 214:  // ECC_UNCORRECTABLE
    case 220:  // NVLINK_UNCORRECTABLE
    case 226:  // CONTAINED
    case 700:  // ILLEGAL_ADDRESS
    case 702:  // LAUNCH_TIMEOUT
    case 709:  // CONTEXT_IS_DESTROYED
    case 710:  // ASSERT
    case 714:  // HARDWARE_STACK_ERROR
    case 715:  // ILLEGAL_INSTRUCTION
    case 716:  // MISALIGNED_ADDRESS
    case 717:  // INVALID_ADDRESS_SPACE
    case 718:  // INVALID_PC
    case 719:  // LAUNCH_FAILED
    case 721:  // TENSOR_MEMORY_LEAK
    case 999:  // UNKNOWN, as of a device that fell off the bus
      return true;
    default: return false;
  }
}

const char* cuda_error(const char* function, int error) {
  const char *name = 0, *text = 0;
  if (!error) {
    return 0;
  }
  cuda.cuGetErrorName(error, &name);
  cuda.cuGetErrorString(error, &text);
  return say("%s: %s (%d): %s%s", function, name ? name : "an error of no name", error,
             error == OUT_OF_MEMORY ? "out of memory"
             : text                 ? text
                                    : "the driver does not know it",
             is_lasting(error) ? "; this process cannot use the device any more" : "");
}

// The first function that the library has not.
static const char* bind(void) {
#define BIND(name, ...)                                    \
  cuda.name = (int (*)(__VA_ARGS__))dlsym(library, #name); \
  if (!cuda.name) {                                        \
    return #name;                                          \
  }
  CUDA_FUNCTIONS(BIND)
  cuda.cuFuncGetParamInfo = (int (*)(void*, size_t, size_t*, size_t*))dlsym(library, "cuFuncGetParamInfo");
  return 0;
}

static const char* find_library(void) {
  if (library) {
    return 0;
  }
  library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    return say("libcuda.so.1 cannot be loaded: %s", why ? why : "no reason is given");
  }
  const char* missing = bind();
  if (missing) {
    int version = 0;
    if (cuda.cuDriverGetVersion) {
      cuda.cuDriverGetVersion(&version);
    }
    dlclose(library);
    library = 0;
    return say("libcuda.so.1 has no %s: the driver is of CUDA %d.%d, and at least 12.0 is needed", missing,
               version / 1000, version % 1000 / 10);
  }
  return 0;
}

const char* load_cuda(void) {
  lock(&locked);
  const char* error = find_library();
  if (!error) {
    error = CUDA(cuInit, 0);
  }
  unlock(&locked);
  return error;
}
