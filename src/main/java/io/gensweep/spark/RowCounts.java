package io.gensweep.spark;

/**
 * Driver. What some tasks have done.
 *
 * @param shards committed
 * @param tokens generated
 */
record RowCounts(long shards, long completions, long failed, long tokens) {
  static final RowCounts NONE = new RowCounts(0, 0, 0, 0);

  RowCounts plus(RowCounts other) {
    return new RowCounts(
        shards + other.shards,
        completions + other.completions,
        failed + other.failed,
        tokens + other.tokens);
  }

  long rows() {
    return completions + failed;
  }
}
