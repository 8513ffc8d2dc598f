// Devices, memory and modules of the stand-in.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

static bool initialised;
static char contexts[DEVICES];
static _Thread_local int pushed = -1;

int cuInit(unsigned flags) {
  BEGIN(false)
  initialised = true;
  return devices ? 0 : NO_DEVICE;
}

int cuDriverGetVersion(int* version) {
  BEGIN(false)
  *version = STANDIN_VERSION;
  return 0;
}

int cuGetErrorName(int error, const char** name) {
  *name = error == OUT_OF_MEMORY     ? "CUDA_ERROR_OUT_OF_MEMORY"
          : error == NO_DEVICE       ? "CUDA_ERROR_NO_DEVICE"
          : error == ILLEGAL_ADDRESS ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : error == INVALID_IMAGE   ? "CUDA_ERROR_INVALID_IMAGE"
          : error == NOT_FOUND       ? "CUDA_ERROR_NOT_FOUND"
                                     : 0;
  return *name ? 0 : INVALID_VALUE;
}

int cuGetErrorString(int error, const char** text) {
  *text = error == OUT_OF_MEMORY     ? "out of memory"
          : error == NO_DEVICE       ? "no CUDA-capable device is detected"
          : error == ILLEGAL_ADDRESS ? "an illegal memory access was encountered"
          : error == INVALID_IMAGE   ? "device kernel image is invalid"
          : error == NOT_FOUND       ? "named symbol not found"
                                     : 0;
  return *text ? 0 : INVALID_VALUE;
}

static int wrong_device(int device) {
  if (!initialised) {
    complain("a device before cuInit");
    return NOT_INITIALIZED;
  }
  if (device < 0 || device >= devices) {
    complain("there is no device %d", device);
    return INVALID_DEVICE;
  }
  return 0;
}

int cuDeviceGetCount(int* count) {
  BEGIN(false)
  *count = devices;
  return initialised ? 0 : NOT_INITIALIZED;
}

int cuDeviceGet(int* device, int ordinal) {
  BEGIN(false)
  *device = ordinal;
  return wrong_device(ordinal);
}

int cuDeviceGetName(char* name, int length, int device) {
  BEGIN(false)
  snprintf(name, (size_t)length, "Stand-in %d", device);
  return wrong_device(device);
}

int cuDeviceTotalMem_v2(size_t* bytes, int device) {
  BEGIN(false)
  *bytes = DEVICE_BYTES;
  return wrong_device(device);
}

int cuDeviceGetAttribute(int* to, int attribute, int device) {
  BEGIN(false)
  *to = attribute == CAPABILITY_MAJOR   ? 9
        : attribute == CAPABILITY_MINOR ? 0
        : attribute == MULTIPROCESSORS  ? 132
        : attribute == MAX_SHARED_OPTIN ? 232448
                                        : -1;
  return *to < 0 ? INVALID_VALUE : wrong_device(device);
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  BEGIN(false)
  if (wrong_device(device)) {
    return INVALID_DEVICE;
  }
  if (retained[device]++ == 0) {
    lose(device, 0);
  }
  *context = contexts + device;
  return 0;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
  CALL(false)
  if (wrong_device(device) || retained[device] == 0) {
    complain("a context is released more often than it was retained");
    return INVALID_CONTEXT;
  }
  if (--retained[device] == 0) {
    int left = 0;
    for (struct object *o = objects, *next; o; o = next) {
      next = o->next;
      if (o->device == device) {
        end_object(o);
        left++;
      }
    }
    if (left) {
      complain("%d objects were left when their context ended", left);
    }
  }
  return error;
}

int cuCtxSetCurrent(void* context) {
  BEGIN(false)
  current = context ? (int)((char*)context - contexts) : -1;
  return 0;
}

int cuCtxPushCurrent_v2(void* context) {
  BEGIN(false)
  pushed = current;
  current = (int)((char*)context - contexts);
  return 0;
}

int cuCtxPopCurrent_v2(void** context) {
  CALL(true)
  *context = contexts + current;
  current = pushed;
  return error;
}

static size_t taken(int device) {
  size_t bytes = 0;
  for (struct object* o = objects; o; o = o->next) {
    bytes += o->kind == MEMORY && o->device == device ? o->bytes : 0;
  }
  return bytes;
}

int cuMemGetInfo_v2(size_t* available, size_t* total) {
  BEGIN(true)
  *total = DEVICE_BYTES;
  *available = DEVICE_BYTES - taken(current);
  return 0;
}

static char* allocate(enum kind kind, size_t bytes) {
  struct object* o = make(kind);
  o->memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
  // Neither zeros nor what another allocation had.
  memset(o->memory, 0xA5, bytes);
  o->bytes = bytes;
  return o->memory;
}

int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  BEGIN(true)
  if (bytes == 0 || bytes > DEVICE_BYTES - taken(current)) {
    return bytes ? OUT_OF_MEMORY : INVALID_VALUE;
  }
  *address = (uint64_t)allocate(MEMORY, bytes);
  return 0;
}

int cuMemAllocHost_v2(void** to, size_t bytes) {
  BEGIN(true)
  *to = allocate(PINNED, bytes);
  return 0;
}

static int free_memory(char* memory, enum kind kind, int error) {
  struct object* o = memory_of((uint64_t)memory, 0, kind, current);
  if (!o || o->memory != memory) {
    complain("memory is freed that is not there");
    return INVALID_VALUE;
  }
  int before = run_all(current);
  end_object(o);
  return error ? error : before;
}

int cuMemFree_v2(uint64_t address) {
  CALL(true)
  return free_memory((char*)address, MEMORY, error);
}

int cuMemFreeHost(void* memory) {
  CALL(true)
  return free_memory(memory, PINNED, error);
}

struct function* add_function(struct object* module, const char* name) {
  module->functions = realloc(module->functions, (size_t)(module->count + 1) * sizeof *module->functions);
  struct function* f = module->functions + module->count++;
  *f = (struct function){.shared = DEFAULT_SHARED};
  snprintf(f->name, sizeof f->name, "%s", name);
  return f;
}

// An image is machine code, or text: "standin", then a line for each function, with the bytes of its parameters.
int cuModuleLoadData(void** module, const void* image) {
  BEGIN(true)
  bool text = strncmp(image, "standin\n", 8) == 0;
  if (!text && !is_cubin(image)) {
    return INVALID_IMAGE;
  }
  struct object* o = make(MODULE);
  *module = o;
  if (!text) {
    read_cubin(image, o);
    return 0;
  }
  char* lines = strdup(image);
  for (char* line = strtok(lines + 8, "\n"); line; line = strtok(0, "\n")) {
    char name[64];
    int at;
    sscanf(line, "%63s%n", name, &at);
    struct function* f = add_function(o, name);
    for (int next; f->count < MOST_ARGUMENTS && sscanf(line + at, "%zu%n", f->sizes + f->count, &next) == 1;
         at += next) {
      f->count++;
    }
  }
  free(lines);
  return 0;
}

int cuModuleUnload(void* module) {
  CALL(true)
  return destroy(module, MODULE, error);
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  BEGIN(true)
  struct object* o = live(module, MODULE, "a function");
  for (int i = 0; o && i < o->count; i++) {
    if (strcmp(o->functions[i].name, name) == 0) {
      *function = o->functions + i;
      return 0;
    }
  }
  return NOT_FOUND;
}
