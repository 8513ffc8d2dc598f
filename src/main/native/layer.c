// A layer and the head: phases that all threads of the team are in together.
#include "kernels.h"

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
