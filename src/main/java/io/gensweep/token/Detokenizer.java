package io.gensweep.token;

import java.util.OptionalInt;

/** Turns token ids back into text. */
@FunctionalInterface
public interface Detokenizer {
  String decode(int[] ids);

  /** The id of a special token that {@link #decode} leaves out, by its text. */
  default OptionalInt hidden(String specialToken) {
    return OptionalInt.empty();
  }
}
