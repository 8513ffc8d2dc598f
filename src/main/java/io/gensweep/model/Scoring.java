package io.gensweep.model;

import io.gensweep.model.kv.KvSequence;

/**
 * Plain Java. A text whose log-probs are wanted: those of the tokens {@code [from, length)}, each
 * after all that stand before it. KV rows are filled for positions {@code [kv.length(), length -
 * 1)}, for the last token has none after it.
 *
 * @param kv where the rows go; what it holds belongs to the first tokens
 * @param tokenIds the text from its first token on
 * @param from the first token that is looked up; the one before it is not in {@code kv} yet
 */
@SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
public record Scoring(KvSequence kv, int[] tokenIds, int from) {
  public Scoring {
    if (from <= kv.length() || from >= tokenIds.length) {
      throw new IllegalArgumentException(
          "from must be in (" + kv.length() + ", " + tokenIds.length + "), was " + from);
    }
  }

  Prefill prefill() {
    return new Prefill(kv, tokenIds, tokenIds.length - 1);
  }
}
