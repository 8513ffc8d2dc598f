package io.gensweep.job;

import java.util.Locale;

/** When the chat template applies; AUTO is for prompts given as messages. */
public enum ChatMode {
  AUTO,
  ALWAYS,
  NEVER;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
