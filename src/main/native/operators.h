// Operators of libtorch.
#pragma once
#include "arguments.h"
#include "decoder.h"

struct operator{
  const char *name, *schema;
  void (*run)(value*, uint64_t, uint64_t);
};

// The last has no name.
extern const struct operator DECODER_OPERATORS[];
