package io.gensweep.spark.task;

/**
 * Driver. Counts what some tasks have done.
 *
 * @param shards committed
 * @param tokens generated
 */
public record RowCounts(long shards, long completions, long failed, long tokens) {
  public static final RowCounts NONE = new RowCounts(0, 0, 0, 0);

  public RowCounts plus(RowCounts other) {
    return new RowCounts(
        shards + other.shards,
        completions + other.completions,
        failed + other.failed,
        tokens + other.tokens);
  }

  public long rows() {
    return completions + failed;
  }
}
