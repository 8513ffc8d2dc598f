// What devices of the stand-in do when someone waits for them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

static void name_of(uint64_t address, int device, char* to, size_t length) {
  struct object* o = memory_of(address, 0, MEMORY, device);
  if (o) {
    snprintf(to, length, "@%d+%llu", o->number, (unsigned long long)(address - (uint64_t)o->memory));
  } else {
    snprintf(to, length, "%llu", (unsigned long long)address);
  }
}

static uint64_t word(const struct launched* l, int i) { return *(uint64_t*)l->arguments[i]; }

static void tell_launch(const struct launched* l, int device) {
  char line[900];
  int at = snprintf(line, sizeof line, "%s grid %u %u %u threads %u shared %u%s:", l->function.name, l->grid[0],
                    l->grid[1], l->grid[2], l->threads, l->shared, l->early ? " early" : "");
  for (int i = 0; i < l->function.count; i++) {
    char name[64];
    switch (l->function.sizes[i]) {
      case 8:
        name_of(word(l, i), device, name, sizeof name);
        at += snprintf(line + at, sizeof line - at, " %s", name);
        break;
      case 4: at += snprintf(line + at, sizeof line - at, " %d", *(int32_t*)l->arguments[i]); break;
      default: {
        const struct map* m = (const struct map*)l->arguments[i];
        name_of(m->address, device, name, sizeof name);
        at += snprintf(line + at, sizeof line - at, " map(%s %llux%llu by %llu box %ux%u type %d swizzle %d)", name,
                       (unsigned long long)m->inner, (unsigned long long)m->outer, (unsigned long long)m->stride,
                       m->box[0], m->box[1], m->type, m->swizzle);
      }
    }
  }
  tell("%s", line);
}

// scale(to, from, count, factor) of floats; box(map, to): the first box of a matrix of bytes. Other kernels do nothing.
static bool compute(const struct launched* l, int device) {
  if (strcmp(l->function.name, "scale") == 0) {
    size_t count = *(uint32_t*)l->arguments[2];
    if (!memory_of(word(l, 0), 4 * count, MEMORY, device) || !memory_of(word(l, 1), 4 * count, MEMORY, device)) {
      return false;
    }
    for (size_t i = 0; i < count; i++) {
      ((float*)word(l, 0))[i] = ((float*)word(l, 1))[i] * *(float*)l->arguments[3];
    }
  } else if (strcmp(l->function.name, "box") == 0) {
    const struct map* m = (const struct map*)l->arguments[0];
    for (uint32_t i = 0; i < m->box[1]; i++) {
      char* to = (char*)word(l, 1) + i * m->box[0];
      if (!memory_of((uint64_t)to, m->box[0], MEMORY, device)) {
        return false;
      }
      memcpy(to, (char*)m->address + i * m->stride, m->box[0]);
    }
  }
  return true;
}

static bool run_work(const struct work* w, int device) {
  bool to = w->kind == LAUNCH || w->kind == FROM_DEVICE || memory_of((uint64_t)w->to, w->bytes, MEMORY, device);
  bool from = w->kind == LAUNCH || w->kind == TO_DEVICE || w->kind == ZERO ||
              memory_of((uint64_t)w->from, w->bytes, MEMORY, device);
  if (!to || !from) {
    return false;
  }
  switch (w->kind) {
    case LAUNCH: tell_launch(w->launched, device); return compute(w->launched, device);
    case ZERO:
      tell("zero %zu", w->bytes);
      memset(w->to, 0, w->bytes);
      return true;
    default:
      tell("%s %zu",
           w->kind == TO_DEVICE     ? "to the device"
           : w->kind == FROM_DEVICE ? "from the device"
                                    : "copy",
           w->bytes);
      memcpy(w->to, w->from, w->bytes);
      return true;
  }
}

int run_stream(struct object* s, int64_t until) {
  for (; s->done < until && !lost_by(s->device); s->done++) {
    if (!run_work(s->work + s->done, s->device)) {
      lose(s->device, ILLEGAL_ADDRESS);
    }
    free(s->work[s->done].launched);
  }
  return lost_by(s->device);
}

int run_all(int device) {
  for (struct object* o = objects; o; o = o->next) {
    if (o->kind == STREAM && o->device == device) {
      run_stream(o, o->asked);
    }
  }
  return lost_by(device);
}

void add_work(struct object* o, struct work w) {
  o->work = realloc(o->work, (size_t)(o->asked + 1) * sizeof *o->work);
  o->work[o->asked++] = w;
}

int ask(void* stream, struct work w) {
  struct object* s = live(stream, STREAM, "work");
  if (!s) {
    return INVALID_HANDLE;
  }
  if (s->capturing && w.kind != LAUNCH) {
    complain("a copy into a graph");
  }
  add_work(s->capturing ? s->capturing : s, w);
  return 0;
}
