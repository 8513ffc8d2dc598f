package io.gensweep.token;

/** Plain Java. What text that looks like a special token becomes. */
public enum SpecialTokens {
  /** The special token, which is Hugging Face's rule. */
  PARSE,
  /** Ordinary text, as with {@code split_special_tokens=True} there. */
  PLAIN
}
