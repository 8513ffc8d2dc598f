package io.gensweep.job;

import java.util.Locale;

/** How to treat messages that end in an assistant's turn. */
public enum LastAssistant {
  /** Continues the turn. */
  CONTINUE,
  /** Drops the turn and generates a new one. */
  DROP,
  /** Makes the row an error row. */
  ERROR;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
