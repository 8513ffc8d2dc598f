package io.gensweep.model;

/**
 * Plain Java. One sequence's part in a decode.
 *
 * @param kv its KV rows; the token goes to position kv.length()
 * @param tokenId the token to append
 * @param temperature of the scaled log-sum-exp wanted; 0 for none (greedy)
 */
public record DecodeRow(KvSequence kv, int tokenId, double temperature) {
  public DecodeRow {
    if (tokenId < 0) {
      throw new IllegalArgumentException("token id must be >= 0, was " + tokenId);
    }
    if (!(temperature >= 0)) {
      throw new IllegalArgumentException("temperature must be >= 0, was " + temperature);
    }
  }
}
