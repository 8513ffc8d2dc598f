// What is live in the stand-in, and what a test asks of it.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

struct text {
  char* bytes;
  size_t length;
};

static int locked, allocations;
static int64_t calls, failing_call;
static int failing_error;
static int lost[DEVICES];
static struct text complaints, told;

int devices = DEVICES, retained[DEVICES];
struct object* objects;
_Thread_local int current = -1;

static void append(struct text* to, const char* format, va_list values) {
  char line[1024];
  size_t length = (size_t)vsnprintf(line, sizeof line, format, values);
  to->bytes = realloc(to->bytes, to->length + length + 2);
  memcpy(to->bytes + to->length, line, length);
  to->length += length;
  memcpy(to->bytes + to->length++, "\n", 2);
}

void complain(const char* format, ...) {
  va_list values;
  va_start(values, format);
  append(&complaints, format, values);
  va_end(values);
}

void tell(const char* format, ...) {
  va_list values;
  va_start(values, format);
  append(&told, format, values);
  va_end(values);
}

// Of a test: begins anew to count, and lets the call of that number fail; 0 for none.
void standin_reset(int64_t call, int error) {
  hold();
  calls = allocations = 0;
  failing_call = call;
  failing_error = error;
  free(complaints.bytes);
  free(told.bytes);
  complaints = told = (struct text){0};
  leave(0);
}

void standin_devices(int count) { devices = count; }
int64_t standin_calls(void) { return calls; }
const char* standin_complaints(void) { return complaints.bytes ? complaints.bytes : ""; }
const char* standin_told(void) { return told.bytes ? told.bytes : ""; }

int standin_live(void) {
  int count = retained[0] + retained[1];
  for (struct object* o = objects; o; o = o->next) {
    count++;
  }
  return count;
}

int hold(void) {
  lock(&locked);
  return 0;
}
void leave(int* held) { unlock(&locked); }

static bool lasts(int error) { return error == ILLEGAL_ADDRESS; }

int lose(int device, int error) { return lost[device] = error; }

int lost_by(int device) { return lost[device]; }

int enter(bool context) {
  if (++calls == failing_call) {
    if (lasts(failing_error) && current >= 0) {
      lose(current, failing_error);
    }
    return failing_error;
  }
  if (!context) {
    return 0;
  }
  if (current < 0 || !retained[current]) {
    complain("a call without a context");
    return INVALID_CONTEXT;
  }
  return lost[current];
}

struct object* make(enum kind kind) {
  struct object* o = calloc(1, sizeof *o);
  *o = (struct object){.next = objects, .kind = kind, .device = current, .number = kind == MEMORY ? ++allocations : 0};
  return objects = o;
}

struct object* live(const void* handle, enum kind kind, const char* what) {
  for (struct object* o = objects; o; o = o->next) {
    if (o == handle && o->kind == kind && o->device == current) {
      return o;
    }
  }
  complain("%s of something that is not there, or of another device", what);
  return 0;
}

void end_object(struct object* o) {
  struct object** at = &objects;
  while (*at != o) {
    at = &(*at)->next;
  }
  *at = o->next;
  for (int64_t i = o->done; i < o->asked; i++) {
    free(o->work[i].launched);
  }
  free(o->memory);
  free(o->work);
  free(o->functions);
  free(o);
}

struct object* memory_of(uint64_t address, size_t bytes, enum kind kind, int device) {
  for (struct object* o = objects; o; o = o->next) {
    uint64_t offset = address - (uint64_t)o->memory;
    if (o->kind == kind && o->device == device && offset <= o->bytes && bytes <= o->bytes - offset) {
      return o;
    }
  }
  return 0;
}

int destroy(void* handle, enum kind kind, int error) {
  struct object* o = live(handle, kind, "the end");
  if (o) {
    end_object(o);
  }
  return error;
}
