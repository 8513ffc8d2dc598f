// Between the host and a GPU: through pinned memory, so that the device copies one chunk while the host copies the
// next.
#include <string.h>

#include "arguments.h"
#include "gpu.h"

// From 4 MiB on several threads copy, at least 4: one alone reads mapped files at a few GB/s, whatever number is set
// for products; beyond 8 the bus is full.
enum { SEVERAL_FROM = 4 << 20, FEWEST_THREADS = 4, MOST_THREADS = 8, LEAST_PINNED = 64 << 10 };

struct copying {
  char* to;
  const char* from;
  int64_t bytes;
};

static void copy_part(void* argument) {
  const struct copying* c = argument;
  struct thread me = this_thread();
  int64_t first = first_of(me, c->bytes);
  memcpy(c->to + first, c->from + first, end_of(me, c->bytes) - first);
}

static void copy_on_host(char* to, const char* from, int64_t bytes) {
  struct copying c = {to, from, bytes};
  int threads = omp_get_max_threads();
  threads = threads < FEWEST_THREADS ? FEWEST_THREADS : threads;
  if (bytes < SEVERAL_FROM) {
    memcpy(to, from, bytes);
  } else {
    GOMP_parallel(copy_part, &c, threads < MOST_THREADS ? threads : MOST_THREADS, 0);
  }
}

void free_pinned(struct gpu* g, struct pinned* p, char* first) {
  if (p->data) {
    note(first, GPU(g, cuMemFreeHost, p->data));
  }
  if (p->event) {
    note(first, GPU(g, cuEventDestroy_v2, p->event));
  }
  *p = (struct pinned){0};
}

static int64_t chunk_of(int64_t bytes) { return bytes < PINNED_CHUNK ? bytes : PINNED_CHUNK; }

static const char* pin(struct gpu* g, struct pinned* p, int64_t bytes) {
  int error = cuda.cuMemAllocHost_v2((void**)&p->data, (size_t)bytes);
  const char* told = gpu_error(g, "cuMemAllocHost_v2", error);
  RULE(error != OUT_OF_MEMORY,
       say("%s; %lld bytes of pinned memory were asked for on the host", told, (long long)bytes));
  p->bytes = told ? 0 : bytes;
  return told;
}

// Makes pinned memory free to be written, and of this size at least.
static const char* make_ready(struct gpu* g, struct pinned* p, int64_t bytes) {
  const char* error = p->busy ? GPU(g, cuEventSynchronize, p->event) : 0;
  RULE(!error, error);
  p->busy = false;
  if (p->bytes >= bytes) {
    return 0;
  }
  void* old = p->data;
  p->data = 0;
  p->bytes = 0;
  error = old ? GPU(g, cuMemFreeHost, old) : 0;
  RULE(!error, error);
  int64_t room = LEAST_PINNED;
  while (room < bytes) {
    room *= 2;
  }
  return pin(g, p, room);
}

static const char* send_chunk(struct gpu* g, const char* from, int64_t bytes, uint64_t to) {
  struct pinned* p = g->sending + g->send_next;
  g->send_next = (g->send_next + 1) % SENDING;
  const char* error = p->event ? 0 : GPU(g, cuEventCreate, &p->event, EVENT_DISABLE_TIMING);
  error = error ? error : make_ready(g, p, bytes);
  RULE(!error, error);
  copy_on_host(p->data, from, bytes);
  error = GPU(g, cuMemcpyHtoDAsync_v2, to, p->data, (size_t)bytes, g->stream);
  RULE(!error, error);
  error = GPU(g, cuEventRecord, p->event, g->stream);
  p->busy = !error;
  if (error) {
    // No event tells when this chunk has been read.
    cuda.cuStreamSynchronize(g->stream);
  }
  return error;
}

const char* send_to_gpu(struct gpu* g, const char* from, int64_t bytes, uint64_t to) {
  for (int64_t at = 0; at < bytes; at += PINNED_CHUNK) {
    const char* error = send_chunk(g, from + at, chunk_of(bytes - at), to + at);
    RULE(!error, error);
  }
  return 0;
}

const char* receive_from_gpu(struct gpu* g, uint64_t from, int64_t bytes, char* to) {
  for (int64_t at = 0; at < bytes; at += PINNED_CHUNK) {
    int64_t chunk = chunk_of(bytes - at);
    const char* error = make_ready(g, &g->receiving, chunk);
    error = error ? error : GPU(g, cuMemcpyDtoHAsync_v2, g->receiving.data, from + at, (size_t)chunk, g->stream);
    error = error ? error : GPU(g, cuStreamSynchronize, g->stream);
    RULE(!error, error);
    copy_on_host(to + at, g->receiving.data, chunk);
  }
  return 0;
}
