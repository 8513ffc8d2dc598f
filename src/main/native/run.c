// Runs phases, in which all threads of the team are together.
#include "vector.h"

#include "decoder.h"

static void run_phase(const struct phase* p, struct call* c, struct thread me) {
  const struct rows* from = &c->buffers[p->from];
  struct rows* to = &c->buffers[p->to];
  const struct layer* l = c->layer;
  switch (p->kind) {
    case NORM: norm(from, &p->norm, c->type, to, me); break;
    case PRODUCT: product(&p->matrix, from, &p->after, to, p->type, me); break;
    case STORE_KV: rotate_and_store(to, &l->heads, &c->cache, &c->places, &l->rotation, c->type, me); break;
    case ATTEND: {
      float* own = c->attention + me.number * attention_floats(c->places.longest, l->heads.head_dim);
      attend(from, &l->heads, &c->cache, &c->places, to, c->type, &c->next, own);
      break;
    }
    case CONVERT: convert(from, to, me); break;
    case ADD_BLOCK: add_block(&c->buffers[p->from], &p->norm, p->factor, to, c->type, me); break;
    case ROUTE: route(from, &l->router, p->type, &c->routing, me); break;
    case SORT: {
      if (me.number == 0) {
        sort_by_expert(&l->router, from->count, &c->routing);
      }
      break;
    }
    case GATHER: gather(from, &c->routing, to, me); break;
    case EXPERTS: products(p->matrices, l->expert_count, c->routing.starts, from, &p->after, to, p->type, me); break;
    case SCALE: scale_rows(to, p->factor, c->type, me); break;
    case MULTIPLY: multiply_rows(to, from, c->type, me); break;
    case MIX:
      mix(from, &c->routing, l->router.chosen, l->mlp.size && !l->beside ? &c->buffers[SHARED] : 0,
          l->shared_gate.outputs ? &c->buffers[OPENED] : 0, to, c->type, me);
      break;
  }
}

// Whether a thread does its part of a phase with rows that are its own in all such phases.
static bool is_by_rows(const struct phase* p) {
  switch (p->kind) {
    case NORM:
    case CONVERT:
    case ADD_BLOCK:
    case ROUTE:
    case MIX:
    case SCALE:
    case MULTIPLY: return true;
    default: return false;
  }
}

static bool waits(const struct call* c, int i) {
  const struct phase *before = c->phases + i - 1, *p = c->phases + i;
  return !is_by_rows(before) || !is_by_rows(p) || c->buffers[before->to].count != c->buffers[p->to].count;
}

static void run_part(void* argument) {
  struct call* c = argument;
  struct thread me = this_thread();
  for (int i = 0; i < c->count; i++) {
    if (i > 0 && waits(c, i)) {
      barrier_wait(&c->barrier, me);
    }
    run_phase(c->phases + i, c, me);
  }
}

static void run(struct call* c) { GOMP_parallel(run_part, c, 0, 0); }

const struct kernels kernels = {run, candidates, targets};
