package io.gensweep.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.substring_index;

import io.gensweep.prompt.JobDescription;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. Counts of failed rows by kind of error.
 *
 * @param kinds rows by the kind of their failure, the most frequent first
 */
public record FailedRows(List<Map.Entry<String, Long>> kinds) {
  public FailedRows {
    kinds = List.copyOf(kinds);
  }

  /** Counts the error files of the shards that are done. */
  public static FailedRows of(SparkSession spark, ShardCommit commit) throws IOException {
    List<String> files = commit.errorFiles();
    if (files.isEmpty()) {
      return new FailedRows(List.of());
    }
    Dataset<Row> kinds =
        spark
            .read()
            .schema("error string")
            .parquet(files.toArray(String[]::new))
            .groupBy(substring_index(col("error"), ":", 1))
            .agg(count(lit(1)));
    List<Row> rows = JobDescription.during(spark, "output: failed rows", kinds::collectAsList);
    return new FailedRows(
        rows.stream()
            .map(row -> Map.entry(row.getString(0), row.getLong(1)))
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList());
  }

  public long total() {
    return kinds.stream().mapToLong(Map.Entry::getValue).sum();
  }

  /** The counts as text, such as {@code prompt_too_long 9, bad_prompt 3}. */
  @Override
  public String toString() {
    return kinds.stream()
        .map(kind -> kind.getKey() + " " + kind.getValue())
        .collect(Collectors.joining(", "));
  }
}
