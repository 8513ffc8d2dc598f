package io.gensweep.prompt;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import scala.Tuple3;

/**
 * Driver and executor. Maps shards to Spark partitions: one for each shard that is not done, the
 * costliest first, because Spark starts tasks in the order of their partitions and a long one that
 * starts last leaves the other executors idle. A shard may hold no prompt at all, so a task asks
 * here what it has to commit.
 */
public final class ShardAssignment extends Partitioner {
  private static final int DONE = -1;

  // By partition.
  private final int[] shards;
  // By shard.
  private final int[] partitions;

  /**
   * Orders the shards that are not done.
   *
   * @param costs of each shard of the whole output, in any unit
   * @param done shards that need no work
   */
  public ShardAssignment(double[] costs, Collection<Integer> done) {
    if (costs.length < 1) {
      throw new IllegalArgumentException("shards must be >= 1, was 0");
    }
    this.shards =
        IntStream.range(0, costs.length)
            .filter(shard -> !done.contains(shard))
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(shard -> -costs[shard]))
            .mapToInt(Integer::intValue)
            .toArray();
    this.partitions = new int[costs.length];
    Arrays.fill(partitions, DONE);
    for (int partition = 0; partition < shards.length; partition++) {
      partitions[shards[partition]] = partition;
    }
  }

  public boolean isDone(int shard) {
    return partitions[shard] == DONE;
  }

  /** The shard that a partition makes. */
  public int shard(int partition) {
    return shards[partition];
  }

  /** The number of partitions; 0 when all shards are done. */
  @Override
  public int numPartitions() {
    return shards.length;
  }

  @Override
  public int getPartition(Object key) {
    return partitions[(Integer) ((Tuple3<?, ?, ?>) key)._1()];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardAssignment that && Arrays.equals(shards, that.shards);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(shards);
  }
}
