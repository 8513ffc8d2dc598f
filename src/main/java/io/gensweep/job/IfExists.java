package io.gensweep.job;

import java.util.Locale;

/** What to do with an output folder that a run has already written to. */
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
