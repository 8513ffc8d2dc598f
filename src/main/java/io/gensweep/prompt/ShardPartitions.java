package io.gensweep.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Tuple2;
import scala.Tuple3;

/**
 * Driver. Partitions prompts by shard. The id of a prompt alone decides its shard, so that no file
 * depends on partitions or executors.
 */
public final class ShardPartitions {
  private ShardPartitions() {}

  /**
   * The prompts of the shards that remain, in partitions of {@code assignment}. The costliest come
   * first, or the last of a shard would be decoded alone; then by the UTF-8 bytes of the id. Read a
   * row with {@link Prompts}.
   *
   * @param sharded prompts with their shard and then their cost
   */
  public static JavaRDD<Row> of(Dataset<Row> sharded, ShardAssignment assignment) {
    return sharded
        .toJavaRDD()
        .filter(row -> !assignment.isDone(Prompts.shard(row)))
        .mapToPair(row -> new Tuple2<>(key(row), withoutSchema(row)))
        .repartitionAndSortWithinPartitions(assignment, Order.INSTANCE)
        .values();
  }

  /**
   * Adds the shard to rows with an id and a batch, and takes the batch away; a row for each slice.
   *
   * @param layout of the output
   */
  public static Dataset<Row> withShard(Dataset<Row> rows, ShardLayout layout) {
    // xxHash64 with Spark's seed 42: the same number in Spark 3.5 and 4.
    Column hash = xxhash64(col(PromptColumns.PROMPT_ID));
    Column batch = col(PromptColumns.BATCH);
    List<ShardLayout.Batch> batches = layout.batches();
    // One flat expression, however often prompts were appended.
    Column shards = when(batch.equalTo(lit(0)), lit(batches.get(0).shards()));
    Column slices = when(batch.equalTo(lit(0)), lit(batches.get(0).slices()));
    Column first = when(batch.equalTo(lit(0)), lit(0));
    for (int i = 1; i < batches.size(); i++) {
      shards = shards.when(batch.equalTo(lit(i)), lit(batches.get(i).shards()));
      slices = slices.when(batch.equalTo(lit(i)), lit(batches.get(i).slices()));
      first = first.when(batch.equalTo(lit(i)), lit(layout.first(i)));
    }
    // The slices of a prompt go to shards that follow one another, so that no two meet.
    Column place = hash.plus(col(PromptColumns.SLICE));
    return rows.withColumn(PromptColumns.SLICE, explode(sequence(lit(0), slices.minus(lit(1)))))
        .withColumn(PromptColumns.SLICES, slices)
        .withColumn(PromptColumns.SHARD, pmod(place, shards.cast("long")).cast("int").plus(first))
        .drop(PromptColumns.BATCH);
  }

  private static Tuple3<Integer, Double, String> key(Row row) {
    return new Tuple3<>(
        Prompts.shard(row),
        row.getDouble(PromptColumns.COST_AT),
        row.getString(PromptColumns.PROMPT_ID_AT));
  }

  /** Drops the schema of a row, which each row would carry through the shuffle. */
  private static Row withoutSchema(Row row) {
    Object[] values = values(row);
    for (int at : List.of(PromptColumns.CONTENT_AT, PromptColumns.KEPT_AT)) {
      if (values[at] instanceof Row struct) {
        values[at] = RowFactory.create(values(struct));
      }
    }
    return RowFactory.create(values);
  }

  private static Object[] values(Row row) {
    Object[] values = new Object[row.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i);
    }
    return values;
  }

  private enum Order implements Comparator<Tuple3<Integer, Double, String>>, Serializable {
    INSTANCE;

    @Override
    public int compare(
        Tuple3<Integer, Double, String> left, Tuple3<Integer, Double, String> right) {
      int byCost = Double.compare(right._2(), left._2());
      return byCost != 0 ? byCost : Utf8Order.INSTANCE.compare(left._3(), right._3());
    }
  }
}
