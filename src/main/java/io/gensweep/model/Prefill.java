package io.gensweep.model;

import io.gensweep.model.kv.KvSequence;

/**
 * Plain Java. Part of a prompt whose KV rows are to be filled: positions [kv.length(), count).
 *
 * @param kv where the rows go
 * @param tokenIds the prompt from its first token on; may be longer than {@code count}
 * @param count position after the last one to fill
 */
@SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
public record Prefill(KvSequence kv, int[] tokenIds, int count) {
  public Prefill {
    if (count <= kv.length() || count > tokenIds.length) {
      throw new IllegalArgumentException(
          "count must be in (" + kv.length() + ", " + tokenIds.length + "], was " + count);
    }
  }
}
