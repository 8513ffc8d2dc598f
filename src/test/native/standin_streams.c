// Streams, events and copies of the stand-in.
#include "standin.h"

static void require_pinned(const void* memory, size_t bytes) {
  if (!memory_of((uint64_t)memory, bytes, PINNED, current)) {
    complain("a copy of memory of the host that is not pinned");
  }
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
  BEGIN(true)
  require_pinned(from, bytes);
  return ask(stream, (struct work){TO_DEVICE, (char*)to, from, bytes});
}

int cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
  BEGIN(true)
  require_pinned(to, bytes);
  return ask(stream, (struct work){FROM_DEVICE, to, (char*)from, bytes});
}

int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
  BEGIN(true)
  return ask(stream, (struct work){ON_DEVICE, (char*)to, (char*)from, bytes});
}

int cuMemsetD8Async(uint64_t to, unsigned char byte, size_t bytes, void* stream) {
  BEGIN(true)
  if (byte || !bytes) {
    complain("bytes are set to %d, %zu of them", byte, bytes);
  }
  return ask(stream, (struct work){ZERO, (char*)to, 0, bytes});
}

int cuStreamCreate(void** stream, unsigned flags) {
  BEGIN(true)
  if (flags != STREAM_NON_BLOCKING) {
    complain("a stream waits for others");
  }
  *stream = make(STREAM);
  return 0;
}

int cuStreamSynchronize(void* stream) {
  BEGIN(true)
  struct object* s = live(stream, STREAM, "waiting");
  if (s && s->capturing) {
    complain("waiting for a stream that captures");
  }
  return s ? run_stream(s, s->asked) : INVALID_HANDLE;
}

int cuStreamDestroy_v2(void* stream) {
  CALL(true)
  return destroy(stream, STREAM, error);
}

int cuEventCreate(void** event, unsigned flags) {
  BEGIN(true)
  *event = make(EVENT);
  return 0;
}

int cuEventRecord(void* event, void* stream) {
  BEGIN(true)
  struct object *e = live(event, EVENT, "an event"), *s = live(stream, STREAM, "an event");
  if (!e || !s) {
    return INVALID_HANDLE;
  }
  e->stream = s;
  e->mark = s->asked;
  return 0;
}

int cuEventSynchronize(void* event) {
  BEGIN(true)
  struct object* e = live(event, EVENT, "waiting");
  return !e ? INVALID_HANDLE : e->stream ? run_stream(e->stream, e->mark) : 0;
}

int cuEventDestroy_v2(void* event) {
  CALL(true)
  return destroy(event, EVENT, error);
}
