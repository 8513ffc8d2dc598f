package io.gensweep.job;

import java.util.Locale;

/** How text that looks like a special token is encoded. */
public enum SpecialTokens {
  /** As the special token, as Hugging Face does. */
  PARSE,
  /** As plain text. */
  PLAIN;

  /** As the job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
