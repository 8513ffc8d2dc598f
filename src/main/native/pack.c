// Weights for products, packed: for every processor. A panel holds 32 outputs: for each step of 4 bytes of the inputs
// (one float, two bfloat16 or four int8) 32 outputs' 4 bytes, then, in int8, 32 corrections for the zero point and 32
// scales, then 32 biases.
#include "kernels.h"

static float as_float(const void* from, int64_t at, enum type type) {
  if (type == BFLOAT16) {
    uint32_t bits = (uint32_t)((const uint16_t*)from)[at] << 16;
    float value;
    __builtin_memcpy(&value, &bits, 4);
    return value;
  }
  return ((const float*)from)[at];
}

static void pack_part(void* argument) {
  struct packing* p = argument;
  struct matrix shape = p->shape;
  struct thread me = this_thread();
  int64_t steps = steps_of(shape.inputs, shape.type), size = size_of(shape.type), row = shape.inputs * size;
  int64_t panels = round_up(shape.outputs, PANEL) / PANEL, bytes = panel_bytes(shape.inputs, shape.type);
  for (int64_t n = first_of(me, panels); n < end_of(me, panels); n++) {
    char* panel = p->to + n * bytes;
    __builtin_memset(panel, 0, bytes);
    int32_t* correction = (int32_t*)(panel + steps * PANEL * 4);
    float* scales = (float*)(correction + PANEL);
    float* biases = shape.type == INT8 ? scales + PANEL : (float*)correction;
    for (int64_t j = 0; j < PANEL && n * PANEL + j < shape.outputs; j++) {
      int64_t output = n * PANEL + j;
      const char* from = p->weight + output * row;
      for (int64_t at = 0; at < row; at += 4) {
        __builtin_memcpy(panel + (at * PANEL + j * 4), from + at, row - at < 4 ? row - at : 4);
      }
      if (shape.type == INT8) {
        int32_t sum = 0;
        for (int64_t i = 0; i < shape.inputs; i++) {
          sum += (int8_t)from[i];
        }
        correction[j] = ZERO_POINT * sum;
        scales[j] = p->scale[output];
      }
      if (p->bias) {
        biases[j] = as_float(p->bias, output, shape.type);
      }
    }
  }
}

void pack(struct packing* p) { GOMP_parallel(pack_part, p, 0, 0); }
