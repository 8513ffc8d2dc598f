package io.gensweep.model;

import io.gensweep.model.kv.KvSequence;
import java.util.List;

/**
 * One sequence's part in a decode.
 *
 * @param kv its KV rows; the token goes to position kv.length()
 * @param tokenId the token to append
 * @param temperatures those whose scaled log-sum-exp is wanted, each once, all > 0
 * @param lookedUp ids, ascending, whose logits are wanted whether or not they are among the best
 */
@SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
public record DecodeRow(KvSequence kv, int tokenId, List<Float> temperatures, int[] lookedUp) {
  public DecodeRow {
    temperatures = List.copyOf(temperatures);
    if (tokenId < 0) {
      throw new IllegalArgumentException("token id must be >= 0, was " + tokenId);
    }
    if (!temperatures.stream().allMatch(t -> t > 0)) {
      throw new IllegalArgumentException("temperatures must be > 0, were " + temperatures);
    }
  }

  /** A row of which only the best tokens are wanted. */
  public DecodeRow(KvSequence kv, int tokenId) {
    this(kv, tokenId, List.of(), new int[0]);
  }
}
