package io.gensweep.model.gguf;

/** What a token of a GGUF file is, in the order of the format's numbers. */
enum TokenKind {
  UNDEFINED,
  NORMAL,
  UNKNOWN,
  /** Special: found in a text before it is cut, and left out of decoded text. */
  CONTROL,
  /** Found in a text before it is cut. */
  USER_DEFINED,
  UNUSED,
  BYTE;

  static TokenKind of(int number) {
    return number < 0 || number >= values().length ? UNDEFINED : values()[number];
  }

  boolean isSpecial() {
    return this == CONTROL || this == UNKNOWN;
  }

  /** Whether tokenizer.json lists it as an added token. */
  boolean isAdded() {
    return isSpecial() || this == USER_DEFINED;
  }
}
