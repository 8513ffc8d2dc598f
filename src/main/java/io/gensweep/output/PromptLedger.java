package io.gensweep.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.gensweep.files.FileAccess;
import io.gensweep.prompt.JobDescription;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.prompt.ShardLayout;
import io.gensweep.prompt.ShardPartitions;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Records the prompts of an output, so that a run that resumes it can tell appended prompts
 * from changed ones: an entry for each in {@code OUTPUT/_prompts/lot=N/*.parquet}. The entries of a
 * batch are whole before the manifest names the batch.
 */
public final class PromptLedger implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String FOLDER = "_prompts";

  private static final StructType ENTRY =
      new StructType()
          .add(PromptColumns.PROMPT_ID, DataTypes.StringType)
          .add(PromptColumns.ROW_HASH, DataTypes.LongType)
          .add(PromptColumns.COST, DataTypes.DoubleType);

  private static final int ENTRIES_PER_FILE = 100_000;
  private static final int MOST_TASKS = 1_000;

  private final Storage storage;

  public PromptLedger(String output, FileAccess access) {
    this.storage = new Storage(output, access);
  }

  /**
   * Writes the entries of a batch, and replaces those that a run that died may have left.
   *
   * @param entries as {@link io.gensweep.prompt.CountedPrompts#entries} gives them
   */
  public void write(int batch, Dataset<Row> entries) throws IOException {
    storage.delete(folder(batch));
    JavaRDD<Row> parts = entries.coalesce(MOST_TASKS).toJavaRDD();
    JobDescription.run(
        entries.sparkSession(),
        "ledger: ids and hashes of the prompts",
        () -> parts.foreachPartition(rows -> writeFiles(batch, rows)));
  }

  private void writeFiles(int batch, Iterator<Row> rows) throws IOException {
    int partition = TaskContext.getPartitionId();
    for (int file = 0; rows.hasNext(); file++) {
      List<Row> some = new ArrayList<>();
      while (rows.hasNext() && some.size() < ENTRIES_PER_FILE) {
        some.add(rows.next());
      }
      storage.publish(
          new Path(folder(batch), "part-%05d-%05d.parquet".formatted(partition, file)),
          (files, path) -> ParquetShard.write(files, path, ENTRY, Map.of(), some.iterator()));
    }
  }

  /**
   * The entries of all batches, with their {@link PromptColumns#BATCH}.
   *
   * @return empty for an output of a version that kept no ledger
   */
  public Optional<Dataset<Row>> read(SparkSession spark, ShardLayout layout) throws IOException {
    List<String> folders = new ArrayList<>();
    for (int batch = 0; batch < layout.batches().size(); batch++) {
      if (storage.list(folder(batch)).isEmpty()) {
        return Optional.empty();
      }
      folders.add(storage.readable(FOLDER, name(batch)));
    }
    return Optional.of(
        spark
            .read()
            .schema(ENTRY.add(PromptColumns.BATCH, DataTypes.IntegerType))
            .option("basePath", storage.path(FOLDER).toString())
            .parquet(folders.toArray(String[]::new)));
  }

  /** Relative cost of each shard; equal for all shards if there is no ledger. */
  public double[] costs(SparkSession spark, ShardLayout layout) throws IOException {
    double[] costs = new double[layout.shards()];
    Optional<Dataset<Row>> entries = read(spark, layout);
    if (entries.isPresent()) {
      Dataset<Row> byShard =
          ShardPartitions.withShard(entries.get(), layout)
              .groupBy(col(PromptColumns.SHARD))
              .agg(sum(col(PromptColumns.COST).divide(col(PromptColumns.SLICES))));
      for (Row shard :
          JobDescription.during(spark, "ledger: cost of each shard", byShard::collectAsList)) {
        costs[shard.getInt(0)] = shard.getDouble(1);
      }
    }
    return costs;
  }

  private Path folder(int batch) {
    return storage.path(FOLDER, name(batch));
  }

  private static String name(int batch) {
    return PromptColumns.BATCH + "=" + batch;
  }

  @Override
  public String toString() {
    return storage.toString();
  }
}
