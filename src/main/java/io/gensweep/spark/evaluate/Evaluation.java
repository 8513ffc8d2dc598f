package io.gensweep.spark.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.input_file_name;

import io.gensweep.job.Cause;
import io.gensweep.job.EvaluateSpec;
import io.gensweep.job.JobError;
import io.gensweep.output.EvaluationFiles;
import io.gensweep.prompt.ColumnNames;
import io.gensweep.prompt.JobDescription;
import io.gensweep.scorer.CustomScorer;
import io.gensweep.scorer.Scorer;
import io.gensweep.scorer.SqlExpression;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/** Driver. Scores an output's completions, one task for each of their files. */
public final class Evaluation {
  /** More than any file has. */
  private static final String WHOLE_FILES = Long.toString(1L << 40);

  private Evaluation() {}

  /**
   * Checks that an output with such columns can be evaluated.
   *
   * @throws JobError if it cannot
   */
  public static void check(EvaluateSpec spec, StructType columns, SparkSession spark) {
    if (spec.scorers().isEmpty()) {
      return;
    }
    List<String> names = List.of(columns.fieldNames());
    for (String column : spec.groupBy()) {
      requireColumn("evaluate.group_by", column, names);
    }
    spec.reference().ifPresent(column -> requireColumn("evaluate.reference", column, names));
    Dataset<Row> none = session(spark).createDataFrame(List.of(), columns);
    for (Scorer scorer : spec.scorers()) {
      if (scorer instanceof SqlExpression sql) {
        requireTruth(sql, none);
      }
    }
  }

  private static void requireColumn(String key, String column, List<String> names) {
    if (!names.contains(column)) {
      throw new JobError(
          "%s: the output has no column %s; columns: %s"
              .formatted(key, column, String.join(", ", names)));
    }
  }

  private static void requireTruth(SqlExpression sql, Dataset<Row> rows) {
    DataType type;
    try {
      type = rows.select(expr(sql.expression())).schema().fields()[0].dataType();
    } catch (Exception e) {
      // Of Scala's analyser, which declares no exceptions.
      throw new JobError(
          "evaluate.scorers: %s: expression %s is no SQL over the columns %s: %s"
              .formatted(
                  sql.name(), sql.expression(), String.join(", ", rows.columns()), Cause.line(e)),
          e);
    }
    if (!(type instanceof BooleanType || type instanceof NumericType)) {
      throw new JobError(
          "evaluate.scorers: %s: expression must be true or false or a number from 0 to 1, was %s: %s"
              .formatted(sql.name(), type.simpleString(), sql.expression()));
    }
  }

  /** Scores the completions and replaces the evaluations by what comes of it. */
  public static void write(
      EvaluateSpec spec, String completions, EvaluationFiles files, SparkSession spark)
      throws IOException {
    files.clear();
    if (spec.scorers().isEmpty()) {
      return;
    }
    Dataset<Row> rows = session(spark).read().parquet(completions);
    check(spec, rows.schema(), spark);
    Dataset<Row> wanted = rows.select(columns(spec).toArray(Column[]::new));
    JobDescription.run(
        spark,
        "evaluate: completions scored",
        () -> wanted.toJavaRDD().foreachPartition(new EvaluationTask(spec, files)));
  }

  private static List<Column> columns(EvaluateSpec spec) {
    List<Column> columns = new ArrayList<>();
    if (spec.scorers().stream().anyMatch(CustomScorer.class::isInstance)) {
      // Such a scorer may look at any of them.
      columns.add(col("*"));
    } else {
      columns.add(col(Columns.PROMPT_ID));
      columns.add(col(Columns.SWEEP_POINT));
      columns.add(col(Columns.SAMPLE_INDEX));
      columns.add(col(Columns.TEXT));
      spec.reference().map(ColumnNames::column).ifPresent(columns::add);
    }
    for (Scorer scorer : spec.scorers()) {
      if (scorer instanceof SqlExpression sql) {
        columns.add(expr(sql.expression()).as(sql.column()));
      }
    }
    columns.add(input_file_name().as(EvaluationTask.FILE));
    return columns;
  }

  /** A session in which one task reads one whole file, and an expression that fails gives null. */
  private static SparkSession session(SparkSession spark) {
    SparkSession own = spark.newSession();
    own.conf().set("spark.sql.files.maxPartitionBytes", WHOLE_FILES);
    own.conf().set("spark.sql.files.openCostInBytes", WHOLE_FILES);
    own.conf().set("spark.sql.ansi.enabled", "false");
    own.conf().set("spark.sql.session.timeZone", spark.conf().get("spark.sql.session.timeZone"));
    return own;
  }
}
