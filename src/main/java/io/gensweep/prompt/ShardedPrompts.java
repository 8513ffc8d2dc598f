package io.gensweep.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Tuple2;

/**
 * Driver. Sends each prompt to the shard that its id alone decides, so that no file depends on
 * partitions or executors.
 */
public final class ShardedPrompts {
  private ShardedPrompts() {}

  /**
   * The prompts of the shards that remain, in partitions of {@code assignment}, each sorted by
   * shard and by the UTF-8 bytes of the id. Read a row with {@link Prompts}.
   */
  public static JavaRDD<Row> of(Dataset<Row> prompts, ShardAssignment assignment) {
    return withShard(prompts, assignment.shards())
        .toJavaRDD()
        .filter(row -> !assignment.isDone(Prompts.shard(row)))
        .mapToPair(row -> new Tuple2<>(key(row), withoutSchema(row)))
        .repartitionAndSortWithinPartitions(assignment, Order.INSTANCE)
        .values();
  }

  static Dataset<Row> withShard(Dataset<Row> prompts, int shards) {
    // xxHash64 with Spark's seed 42: the same number in Spark 3.5 and 4.
    Column hash = xxhash64(col(PromptColumns.PROMPT_ID));
    return prompts.withColumn(PromptColumns.SHARD, pmod(hash, lit((long) shards)).cast("int"));
  }

  private static Tuple2<Integer, String> key(Row row) {
    return new Tuple2<>(Prompts.shard(row), row.getString(PromptColumns.PROMPT_ID_AT));
  }

  /** A schema in each row would cross the shuffle again and again. */
  private static Row withoutSchema(Row row) {
    Object[] values = values(row);
    if (values[PromptColumns.KEPT_AT] instanceof Row kept) {
      values[PromptColumns.KEPT_AT] = RowFactory.create(values(kept));
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

  private enum Order implements Comparator<Tuple2<Integer, String>>, Serializable {
    INSTANCE;

    @Override
    public int compare(Tuple2<Integer, String> left, Tuple2<Integer, String> right) {
      int byShard = Integer.compare(left._1(), right._1());
      return byShard != 0 ? byShard : Utf8Order.INSTANCE.compare(left._2(), right._2());
    }
  }
}
