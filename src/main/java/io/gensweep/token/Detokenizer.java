package io.gensweep.token;

/** Plain Java. Turns token ids back into text. */
@FunctionalInterface
public interface Detokenizer {
  String decode(int[] ids);
}
