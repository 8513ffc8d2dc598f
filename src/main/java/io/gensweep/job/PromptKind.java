package io.gensweep.job;

import java.util.Locale;

/** What the prompt column holds. */
public enum PromptKind {
  TEXT,
  MESSAGES,
  TOKENS;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
