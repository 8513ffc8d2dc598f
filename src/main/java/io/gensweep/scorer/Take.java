package io.gensweep.scorer;

import java.util.Locale;

/** Which of several finds in a text is the answer. */
public enum Take {
  FIRST,
  LAST;

  /** As a job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
