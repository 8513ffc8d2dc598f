package io.gensweep.prompt;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.spark.Partitioner;
import scala.Tuple2;

/**
 * Driver and executor. Which Spark partition makes which shards: equal runs of the shards that are
 * not done. A shard may hold no prompt at all, so a task asks here what it has to commit.
 */
public final class ShardAssignment extends Partitioner {
  private final int shards;
  // Ascending.
  private final int[] remaining;
  private final int partitions;

  /**
   * Spreads what is not done over partitions.
   *
   * @param shards of the whole output
   * @param done shards that need no work
   * @param partitions at most; never more than shards remain
   */
  public ShardAssignment(int shards, Collection<Integer> done, int partitions) {
    if (shards < 1) {
      throw new IllegalArgumentException("shards must be >= 1, was " + shards);
    }
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions must be >= 1, was " + partitions);
    }
    boolean[] isDone = new boolean[shards];
    for (int shard : done) {
      isDone[shard] = true;
    }
    int[] left = new int[shards];
    int count = 0;
    for (int shard = 0; shard < shards; shard++) {
      if (!isDone[shard]) {
        left[count++] = shard;
      }
    }
    this.shards = shards;
    this.remaining = Arrays.copyOf(left, count);
    this.partitions = Math.min(partitions, count);
  }

  /** Of the whole output. */
  public int shards() {
    return shards;
  }

  public boolean isDone(int shard) {
    return Arrays.binarySearch(remaining, shard) < 0;
  }

  /** Ascending: the order in which the rows of {@link ShardedPrompts} come. */
  public List<Integer> shardsOf(int partition) {
    int from = first(partition);
    return Arrays.stream(remaining, from, first(partition + 1)).boxed().toList();
  }

  /** 0 when nothing remains. */
  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object key) {
    int shard = (Integer) ((Tuple2<?, ?>) key)._1();
    int place = Arrays.binarySearch(remaining, shard);
    // The partition p with first(p) <= place < first(p + 1).
    return (int) (((place + 1L) * partitions - 1) / remaining.length);
  }

  private int first(int partition) {
    return (int) ((long) partition * remaining.length / partitions);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardAssignment that
        && shards == that.shards
        && partitions == that.partitions
        && Arrays.equals(remaining, that.remaining);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(remaining) + partitions;
  }
}
