package io.gensweep.prompt;

import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.job.PromptsSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Opens a path or a table with Spark. A line that cannot be parsed stays, as a row that has
 * the line in the column {@link #MALFORMED}.
 */
final class PromptReader {
  static final String MALFORMED = "__malformed_line";

  /** Characters of a line that an error shows. */
  static final int LINE_SHOWN = 200;

  private PromptReader() {}

  static Dataset<Row> open(SparkSession spark, PromptsSpec spec) {
    if (spec.table().isPresent()) {
      String table = spec.table().get();
      return guarded("prompts.table", table, spec, () -> spark.table(table));
    }
    String path = spec.path().orElseThrow();
    Dataset<Row> rows =
        guarded(
            "prompts.path",
            path,
            spec,
            () ->
                switch (spec.format().toLowerCase(Locale.ROOT)) {
                  case "jsonl", "json" -> json(spark, path);
                  case "csv" -> csv(spark, path);
                  default -> spark.read().format(spec.format()).load(path);
                });
    if (columns(rows.schema()).length == 0) {
      String remedy =
          rows.schema().isEmpty()
              ? "there are no rows in it; name a dataset with at least one prompt"
              : "no line of it can be parsed as %s; check prompts.format".formatted(spec.format());
      throw new PromptsError("prompts.path", path, remedy);
    }
    return rows;
  }

  /** The names that the input itself has. */
  static String[] columns(StructType schema) {
    return Arrays.stream(schema.fieldNames())
        .filter(name -> !name.equals(MALFORMED))
        .toArray(String[]::new);
  }

  private static DataFrameReader reader(SparkSession spark, String format) {
    return spark
        .read()
        .format(format)
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", MALFORMED);
  }

  private static Dataset<Row> json(SparkSession spark, String path) {
    Dataset<Row> rows = reader(spark, "json").load(path);
    FilterFunction<String> more = JsonLine::hasMore;
    List<String> glued = spark.read().textFile(path).filter(more).takeAsList(1);
    if (!glued.isEmpty()) {
      String line = glued.get(0);
      throw new PromptsError(
          "prompts.path",
          path,
          "a line has more than one record, or something after it, which would be lost: %s. Put each record on a line of its own"
              .formatted(line.substring(0, Math.min(LINE_SHOWN, line.length()))));
    }
    return rows;
  }

  /** All columns are strings: a file without types should not have them guessed. */
  private static Dataset<Row> csv(SparkSession spark, String path) {
    DataFrameReader reader =
        reader(spark, "csv")
            .option("header", true)
            // Prompts have line breaks, which CSV quotes (RFC 4180); the price is that a file is
            // not split.
            .option("multiLine", true)
            .option("escape", "\"")
            // Files of one folder must agree on their header, or columns would be mixed up.
            .option("enforceSchema", false)
            // A row with a missing field is only noticed when every field is parsed.
            .option("columnPruning", false);
    StructType schema = reader.load(path).schema();
    // Spark notices malformed CSV only into a column that the schema has.
    return schema.isEmpty()
        ? reader.load(path)
        : reader.schema(schema.add(MALFORMED, DataTypes.StringType)).load(path);
  }

  private static Dataset<Row> guarded(
      String key, String value, PromptsSpec spec, java.util.function.Supplier<Dataset<Row>> open) {
    try {
      return open.get();
    } catch (Exception e) {
      // Spark's own exceptions are checked in Scala's way: javac does not know that they are
      // thrown.
      if (e instanceof AnalysisException) {
        throw new PromptsError(key, value, firstLine(e), e);
      }
      if (e instanceof ClassNotFoundException) {
        throw new PromptsError(
            "prompts.format",
            spec.format(),
            "Spark has no such source; use jsonl, parquet, csv, text or the name of a source on"
                + " the class path",
            e);
      }
      requireReadable(key, value, e);
      if (e instanceof SparkException || e instanceof JobError) {
        throw e;
      }
      throw new PromptsError(key, value, "cannot be read: " + Cause.line(e), e);
    }
  }

  /**
   * Says of a file that a task could not read that the user can put it right: it is cut, or no file
   * of its format. Any other failure is the caller's to throw again.
   */
  static void requireReadable(String key, String value, Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (failure instanceof SparkException && cause != failure && cause instanceof Exception) {
      throw new PromptsError(
          key,
          value,
          "cannot be read: %s. Repair the file or take it away".formatted(cause),
          failure);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
