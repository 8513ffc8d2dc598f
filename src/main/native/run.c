// Runs phases, in which all threads of the team are together.
#include "vector.h"

#include "decoder.h"

static void run_phase(const struct phase* p, struct call* c, struct thread me) {
  const struct rows* from = &c->buffers[p->from];
  struct rows* to = &c->buffers[p->to];
  const struct layer* l = c->layer;
  switch (p->kind) {
    case NORM: norm(from, p->norm, p->eps, c->type, to, me); break;
    case PRODUCT: product(&p->matrix, from, p->after, to, c->type, me); break;
    case STORE_KV: rotate_and_store(to, &l->heads, &c->cache, &c->places, &l->rotation, c->type, me); break;
    case ATTEND: {
      float* own = c->attention + me.number * attention_floats(c->places.longest, l->heads.head_dim);
      attend(from, &l->heads, &c->cache, &c->places, to, c->type, &c->next, own);
      break;
    }
    case QUANTISE: quantise(from, to, me); break;
  }
}

static void run_part(void* argument) {
  struct call* c = argument;
  struct thread me = this_thread();
  for (int i = 0; i < c->count; i++) {
    if (i > 0) {
      barrier_wait(&c->barrier, me);
    }
    run_phase(c->phases + i, c, me);
  }
}

static void run(struct call* c) { GOMP_parallel(run_part, c, 0, 0); }

const struct kernels kernels = {run, candidates, targets};
