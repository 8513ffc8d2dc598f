package io.gensweep.job;

import java.util.Locale;

/**
 * The number type of the weights, and of all else but with INT8, where the rest is float32; AUTO is
 * the one that the checkpoint names.
 */
public enum DType {
  AUTO,
  FLOAT32,
  BFLOAT16,
  INT8;

  /** Bytes per number in the KV cache. */
  public int cacheBytes() {
    return this == FLOAT32 || this == INT8 ? 4 : 2;
  }

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
