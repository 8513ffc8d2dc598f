package io.gensweep.job;

import java.util.Locale;

/** Plain Java. The number type of the weights; AUTO is the one that the checkpoint names. */
public enum DType {
  AUTO,
  FLOAT32,
  BFLOAT16,
  FLOAT16,
  INT8;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
