// Which kernels compute: for every processor.
#include "kernels.h"

extern const struct kernels kernels_avx2, kernels_avx512;

static bool avx512[BFLOAT16 + 1];

const struct kernels* kernels_of(enum type type) { return avx512[type] ? &kernels_avx512 : &kernels_avx2; }

// A native method of io.gensweep.model.Kernels, which knows what the processor has and what the environment allows of
// it.
__attribute__((visibility("default"))) void Java_io_gensweep_model_Kernels_useAvx512(void* java, void* class,
                                                                                     uint8_t float32, uint8_t bfloat16,
                                                                                     uint8_t int8) {
  avx512[FLOAT32] = float32;
  avx512[BFLOAT16] = bfloat16;
  avx512[INT8] = int8;
}
