// A layer and the head: phases that all threads of the team are in together.
#include "kernels.h"

// A row of activations, a cache line apart from the next one and not a multiple of a page.
static int64_t stride_of(int64_t width) { return up(width * 4, 64) + 64; }

struct rows scratch_rows(char** at, int64_t count, int64_t width, bool quantised) {
  struct rows r = {*at, count, width, stride_of(width), 0};
  *at += count * r.stride;
  if (quantised) {
    r.steps = (float*)*at;
    *at += up(count * 4, 64);
  }
  return r;
}

struct scratch scratch_of(char* at, int64_t tokens, int64_t hidden, int64_t heads, const struct cache* c, int64_t mlp, int64_t longest, bool int8) {
  struct scratch s;
  char* start = at;
  s.next = (int64_t*)at;
  at += 64;
  s.in = scratch_rows(&at, tokens, hidden, int8);
  s.qkv = scratch_rows(&at, tokens, (heads + 2 * c->kv_heads) * c->head_dim, false);
  s.attended = scratch_rows(&at, tokens, heads * c->head_dim, false);
  s.mixed = int8 ? scratch_rows(&at, tokens, heads * c->head_dim, true) : s.attended;
  s.act = scratch_rows(&at, tokens, mlp, false);
  s.narrow = int8 ? scratch_rows(&at, tokens, mlp, true) : s.act;
  s.attention = (float*)at;
  at += omp_get_max_threads() * attention_floats(longest, c->head_dim) * 4;
  s.bytes = at - start;
  return s;
}

static void layer_part(void* argument) {
  struct layer* l = argument;
  struct scratch* own = &l->own;
  struct worker w = this_worker();
  norm(&l->x, l->attention_norm, l->eps, l->type, &own->in, w);
  meet(&l->barrier, w);
  product(&l->qkv, &own->in, STORE, &own->qkv, l->type, w);
  meet(&l->barrier, w);
  rotate_and_keep(&own->qkv, l->heads, &l->cache, &l->places, l->cosine, l->sine, l->type, w);
  if (!l->whole) {
    return;
  }
  meet(&l->barrier, w);
  float* mine = own->attention + w.number * attention_floats(l->places.longest, l->cache.head_dim);
  attend(&own->qkv, l->heads, &l->cache, &l->places, &own->attended, l->type, own->next, mine);
  meet(&l->barrier, w);
  if (l->int8) {
    quantise(&own->attended, &own->mixed, w);
    meet(&l->barrier, w);
  }
  product(&l->out, &own->mixed, ADD, &l->x, l->type, w);
  meet(&l->barrier, w);
  norm(&l->x, l->mlp_norm, l->eps, l->type, &own->in, w);
  meet(&l->barrier, w);
  product(&l->gate_up, &own->in, SWIGLU, &own->act, l->type, w);
  meet(&l->barrier, w);
  if (l->int8) {
    quantise(&own->act, &own->narrow, w);
    meet(&l->barrier, w);
  }
  product(&l->down, &own->narrow, ADD, &l->x, l->type, w);
}

void layer(struct layer* l) {
  *l->own.next = 0;
  GOMP_parallel(layer_part, l, 0, 0);
}

static void head_part(void* argument) {
  struct head* h = argument;
  struct worker w = this_worker();
  norm(&h->x, h->norm, h->eps, h->type, &h->in, w);
  meet(&h->barrier, w);
  product(&h->matrix, &h->in, STORE, &h->logits, h->type, w);
}

void head(struct head* h) { GOMP_parallel(head_part, h, 0, 0); }
