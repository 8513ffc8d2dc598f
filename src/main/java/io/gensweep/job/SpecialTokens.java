package io.gensweep.job;

import java.util.Locale;

/** What text that looks like a special token becomes. */
public enum SpecialTokens {
  /** The special token, as Hugging Face does. */
  PARSE,
  /** Plain text. */
  PLAIN;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
