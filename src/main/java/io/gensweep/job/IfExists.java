package io.gensweep.job;

import java.util.Locale;

/** How to treat an output folder that already has output. */
public enum IfExists {
  RESUME,
  FAIL,
  OVERWRITE;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
