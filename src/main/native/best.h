// Lists of the largest values.
#pragma once
#include "kernels.h"

// Puts a value into a descending list of at most `most`, behind its equals; returns how many the list has.
ALWAYS_INLINE int64_t insert(double* ids, double* values, int64_t held, int64_t most, double id, double value) {
  if (held == most && !(value > values[held - 1])) {
    return held;
  }
  int64_t at = held == most ? held - 1 : held;
  for (; at > 0 && value > values[at - 1]; at--) {
    values[at] = values[at - 1];
    ids[at] = ids[at - 1];
  }
  values[at] = value;
  ids[at] = id;
  return held == most ? held : held + 1;
}
