package io.gensweep.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Encodes bad_words, texts that must not be generated, as sequences of tokens. */
public final class BadWords {
  private BadWords() {}

  /**
   * Encodes each word as the start of a text, and after a space where that gives another first
   * token and the same number of tokens (vLLM's rule).
   *
   * @param encoder that adds no special tokens
   * @throws IllegalArgumentException for a word that is nothing but spaces
   */
  public static List<List<Integer>> ids(List<String> words, Function<String, int[]> encoder) {
    List<List<Integer>> sequences = new ArrayList<>();
    for (String word : words) {
      int[] bare = encoder.apply(word.stripLeading());
      if (bare.length == 0) {
        throw new IllegalArgumentException(
            "bad_words must hold texts that have tokens, was [\"" + word + "\"]");
      }
      sequences.add(list(bare));
      int[] spaced = encoder.apply(" " + word.stripLeading());
      if (spaced.length == bare.length && spaced[0] != bare[0]) {
        sequences.add(list(spaced));
      }
    }
    return sequences;
  }

  private static List<Integer> list(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
