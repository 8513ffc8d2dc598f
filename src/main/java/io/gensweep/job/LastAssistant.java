package io.gensweep.job;

import java.util.Locale;

/** What becomes of messages that end in an assistant's turn. */
public enum LastAssistant {
  /** The turn goes on where it ends. */
  CONTINUE,
  /** The turn is left out, and made anew. */
  DROP,
  /** The row becomes an error row. */
  ERROR;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
