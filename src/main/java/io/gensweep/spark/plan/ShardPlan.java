package io.gensweep.spark.plan;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;

import io.gensweep.output.OutputError;
import io.gensweep.output.PromptLedger;
import io.gensweep.prompt.CountedPrompts;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.prompt.ShardLayout;
import io.gensweep.prompt.ShardPartitions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. Assigns each prompt to a shard. A prompt keeps the shard that it had in the first run
 * that saw it; prompts appended since then get shards of their own, so that no shard that is done
 * changes.
 *
 * @param prompts with their shard and their cost
 * @param unrecorded entries of the last batch that the ledger lacks; empty when it has them all
 * @param appended prompts that no earlier run saw; 0 in a first run
 */
public record ShardPlan(
    ShardLayout layout, Dataset<Row> prompts, Optional<Dataset<Row>> unrecorded, long appended) {
  private static final int NAMED = 3;
  private static final String[] BY_ID = {PromptColumns.PROMPT_ID};
  private static final String ROWS = "rows";
  private static final String HASHES = "hashes";

  /** Plans a run that begins an output. */
  static ShardPlan first(CountedPrompts counted, ShardLayout.Batch batch) {
    ShardLayout layout = ShardLayout.of(batch);
    return new ShardPlan(layout, inFirstBatch(counted, layout), Optional.of(counted.entries()), 0);
  }

  /** Plans a run that resumes an output with the same prompts. */
  static ShardPlan same(
      CountedPrompts counted, ShardLayout layout, PromptLedger ledger, SparkSession spark)
      throws IOException {
    Dataset<Row> sharded =
        layout.batches().size() == 1
            ? inFirstBatch(counted, layout)
            : inBatches(counted, layout, recorded(ledger, spark, layout));
    return new ShardPlan(layout, sharded, Optional.empty(), 0);
  }

  /**
   * Plans a run that resumes an output with other prompts, which must be the same and more.
   *
   * @param cut what to cut so many appended prompts into
   * @throws OutputError unless what is new is appended
   */
  static ShardPlan appended(
      CountedPrompts counted,
      ShardLayout earlier,
      PromptLedger ledger,
      LongFunction<ShardLayout.Batch> cut,
      SparkSession spark)
      throws IOException {
    Dataset<Row> entries = counted.entries();
    Dataset<Row> recorded = recorded(ledger, spark, earlier);
    requireUnchanged(recorded, byId(entries.withColumn(PromptColumns.BATCH, lit(0))), ledger);
    Dataset<Row> unseen = entries.join(recorded, BY_ID, "left_anti");
    long count = unseen.count();
    ShardLayout layout = earlier.append(cut.apply(count));
    return new ShardPlan(layout, inBatches(counted, layout, recorded), Optional.of(unseen), count);
  }

  private static void requireUnchanged(
      Dataset<Row> recorded, Dataset<Row> now, PromptLedger ledger) {
    Column gone = col("now." + ROWS).isNull();
    List<Row> others =
        recorded
            .as("was")
            .join(now.as("now"), BY_ID, "left")
            .filter(
                gone.or(col("was." + ROWS).notEqual(col("now." + ROWS)))
                    .or(col("was." + HASHES).notEqual(col("now." + HASHES))))
            .select(col(PromptColumns.PROMPT_ID), gone)
            .limit(NAMED)
            .collectAsList();
    if (!others.isEmpty()) {
      throw new OutputError(
          "output.if_exists",
          "resume",
          "%s has the output of other prompts: %s. Prompts may be appended, not changed; use another output.path, or overwrite"
              .formatted(
                  ledger,
                  others.stream()
                      .map(
                          row ->
                              "'%s' %s"
                                  .formatted(
                                      row.getString(0),
                                      row.getBoolean(1) ? "is gone" : "is not what it was"))
                      .collect(Collectors.joining(", "))));
    }
  }

  /** Ids in the ledger, one row each. */
  private static Dataset<Row> recorded(PromptLedger ledger, SparkSession spark, ShardLayout layout)
      throws IOException {
    Dataset<Row> entries =
        ledger
            .read(spark, layout)
            .orElseThrow(
                () ->
                    new OutputError(
                        "output.if_exists",
                        "resume",
                        ledger
                            + " has the output of other prompts, and does not tell which; use another output.path, or overwrite"));
    return byId(entries);
  }

  /** Groups entries by id, since malformed lines with the same text share one. */
  private static Dataset<Row> byId(Dataset<Row> entries) {
    return entries
        .groupBy(col(PromptColumns.PROMPT_ID))
        .agg(
            count(lit(1)).as(ROWS),
            sum(col(PromptColumns.ROW_HASH).cast("decimal(20,0)")).as(HASHES),
            min(col(PromptColumns.BATCH)).as(PromptColumns.BATCH));
  }

  private static Dataset<Row> inFirstBatch(CountedPrompts counted, ShardLayout layout) {
    return sharded(counted, counted.prompts().withColumn(PromptColumns.BATCH, lit(0)), layout);
  }

  private static Dataset<Row> inBatches(
      CountedPrompts counted, ShardLayout layout, Dataset<Row> recorded) {
    Dataset<Row> batches = recorded.select(PromptColumns.PROMPT_ID, PromptColumns.BATCH);
    int last = layout.batches().size() - 1;
    return sharded(
        counted,
        counted
            .prompts()
            .join(batches, BY_ID, "left")
            .withColumn(PromptColumns.BATCH, coalesce(col(PromptColumns.BATCH), lit(last))),
        layout);
  }

  private static Dataset<Row> sharded(
      CountedPrompts counted, Dataset<Row> prompts, ShardLayout layout) {
    return ShardPartitions.withShard(prompts, layout)
        .withColumn(PromptColumns.COST, counted.cost());
  }
}
