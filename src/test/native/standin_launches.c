// Functions, launches and graphs of the stand-in.
#include <stdlib.h>
#include <string.h>

#include "standin.h"

static struct function* function_of(void* handle) {
  for (struct object* o = objects; o; o = o->next) {
    for (int i = 0; o->kind == MODULE && o->device == current && i < o->count; i++) {
      if (o->functions + i == handle) {
        return handle;
      }
    }
  }
  complain("a function that is not there, or of another device");
  return 0;
}

int cuFuncSetAttribute(void* function, int attribute, int value) {
  BEGIN(true)
  struct function* f = function_of(function);
  if (!f || attribute != MAX_DYNAMIC_SHARED || value > 232448) {
    return INVALID_VALUE;
  }
  f->shared = value;
  return 0;
}

int cuFuncGetParamInfo(void* function, size_t index, size_t* offset, size_t* bytes) {
  BEGIN(true)
  struct function* f = function_of(function);
  if (!f || index >= (size_t)f->count) {
    return INVALID_VALUE;
  }
  *offset = 0;
  *bytes = f->sizes[index];
  return 0;
}

static const struct launch_attribute* attribute_of(const struct launch_config* c) {
  if (c->attribute_count == 0) {
    return 0;
  }
  if (c->attribute_count > 1 || c->attributes->id != PROGRAMMATIC_SERIALIZATION || c->attributes->value != 1) {
    complain("attributes of a launch");
  }
  return c->attributes;
}

int cuLaunchKernelEx(const struct launch_config* c, void* function, void** parameters, void** extra) {
  BEGIN(true)
  struct function* f = function_of(function);
  if (!f || extra || c->block[1] != 1 || c->block[2] != 1 || c->shared > (uint32_t)f->shared) {
    complain("a launch");
    return INVALID_VALUE;
  }
  struct launched* l = calloc(1, sizeof *l);
  *l = (struct launched){.function = *f, .threads = c->block[0], .shared = c->shared, .early = attribute_of(c)};
  memcpy(l->grid, c->grid, sizeof l->grid);
  for (int i = 0; i < f->count; i++) {
    if (f->sizes[i] == sizeof(struct tensor_map) && (uint64_t)parameters[i] % 64) {
      complain("a tensor map is not aligned to 64 bytes");
    }
    memcpy(l->arguments[i], parameters[i], f->sizes[i]);
  }
  return ask(c->stream, (struct work){.kind = LAUNCH, .launched = l});
}

int cuTensorMapEncodeTiled(struct tensor_map* map, int type, uint32_t rank, uint64_t address, const uint64_t* sizes,
                           const uint64_t* strides, const uint32_t* box, const uint32_t* steps, int interleave,
                           int swizzle, int promotion, int fill) {
  BEGIN(true)
  if ((uint64_t)map % 64 || rank != 2 || address % 16 || strides[0] % 16 || steps[0] != 1 || steps[1] != 1 ||
      interleave || fill || promotion != L2_PROMOTION_128B ||
      !memory_of(address, strides[0] * sizes[1], MEMORY, current)) {
    complain("a tensor map");
    return INVALID_VALUE;
  }
  struct map m = {address, sizes[0], sizes[1], strides[0], {box[0], box[1]}, type, swizzle};
  memcpy(map, &m, sizeof m);
  return 0;
}

int cuStreamBeginCapture_v2(void* stream, int mode) {
  BEGIN(true)
  struct object* s = live(stream, STREAM, "a capture");
  if (!s || s->capturing) {
    complain("a capture of a stream that captures");
    return INVALID_VALUE;
  }
  s->capturing = make(GRAPH);
  return 0;
}

int cuStreamEndCapture(void* stream, void** graph) {
  CALL(true)
  struct object* s = live(stream, STREAM, "the end of a capture");
  if (!s || !s->capturing) {
    complain("the end of no capture");
    return INVALID_VALUE;
  }
  *graph = error ? 0 : s->capturing;
  if (error) {
    end_object(s->capturing);
  }
  s->capturing = 0;
  return error;
}

static void add_copies(struct object* to, const struct object* from) {
  for (int64_t i = 0; i < from->asked; i++) {
    struct launched* l = malloc(sizeof *l);
    *l = *from->work[i].launched;
    add_work(to, (struct work){.kind = LAUNCH, .launched = l});
  }
}

int cuGraphInstantiateWithFlags(void** ready, void* graph, unsigned long long flags) {
  BEGIN(true)
  struct object* g = live(graph, GRAPH, "a graph");
  if (!g) {
    return INVALID_HANDLE;
  }
  struct object* r = make(READY);
  add_copies(r, g);
  *ready = r;
  return 0;
}

int cuGraphLaunch(void* ready, void* stream) {
  BEGIN(true)
  struct object *r = live(ready, READY, "playing"), *s = live(stream, STREAM, "playing");
  if (!r || !s) {
    return INVALID_HANDLE;
  }
  add_copies(s, r);
  return 0;
}

int cuGraphDestroy(void* graph) {
  CALL(true)
  return destroy(graph, GRAPH, error);
}

int cuGraphExecDestroy(void* ready) {
  CALL(true)
  return destroy(ready, READY, error);
}
