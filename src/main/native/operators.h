// Operators of libtorch.
#pragma once
#include "arguments.h"
#include "decoder.h"

struct operator{
  const char *name, *schema;
  void (*run)(value*, uint64_t, uint64_t);
};

static const char* const NO_DECODER = "there is no decoder of this handle";

// The last of each has no name.
extern const struct operator LAYER_OPERATORS[], DECODER_OPERATORS[], GPU_OPERATORS[];
