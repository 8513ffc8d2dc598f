package io.gensweep.spark.evaluate;

import static org.apache.spark.sql.functions.col;

import io.gensweep.job.EvaluateSpec;
import io.gensweep.output.EvaluationFiles;
import io.gensweep.prompt.JobDescription;
import io.gensweep.report.measure.Tally;
import io.gensweep.scorer.Scorer;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Driver. Sums up the completions of outputs and their evaluations, prompt by prompt, in tasks. */
public final class Measurement {
  private static final long ROWS_PER_TASK = 20_000;
  private static final int MOST_TASKS = 1_000;

  private Measurement() {}

  /**
   * An output to measure.
   *
   * @param completions their folder as Spark reads it
   * @param points how many sweep points
   */
  public record Output(String completions, EvaluationFiles evaluations, int points) {}

  /** The sums of all prompts of the outputs, whose points are counted through. */
  public static Tally of(List<Output> outputs, EvaluateSpec spec, SparkSession spark)
      throws IOException {
    Map<String, Integer> scorers = new HashMap<>();
    boolean[] extracts = new boolean[spec.scorers().size()];
    boolean votesByText = false;
    for (Scorer scorer : spec.scorers()) {
      extracts[scorers.size()] = scorer.extracts();
      votesByText |= !scorer.extracts();
      scorers.put(scorer.name(), scorers.size());
    }
    int points = 0;
    Dataset<Row> all = null;
    for (Output output : outputs) {
      Dataset<Row> ofOutput =
          Rows.ofCompletions(
              spark.read().parquet(output.completions()), points, spec.groupBy(), votesByText);
      if (output.evaluations().exist()) {
        ofOutput =
            ofOutput.union(
                Rows.ofEvaluations(
                    spark
                        .read()
                        .schema(EvaluationFiles.SCHEMA)
                        .parquet(output.evaluations().readable()),
                    points));
      }
      all = all == null ? ofOutput : all.union(ofOutput);
      points += output.points();
    }
    Dataset<Row> rows = all;
    long size = JobDescription.during(spark, "report: rows", rows::count);
    Dataset<Row> byPrompt =
        all.repartition(
                (int) Math.min(MOST_TASKS, 1 + size / ROWS_PER_TASK), col(Columns.PROMPT_ID))
            .sortWithinPartitions(
                col(Columns.PROMPT_ID),
                col(Rows.POINT),
                col(Columns.SAMPLE_INDEX),
                col(Rows.SCORER).asc_nulls_first());
    PromptTally tally = new PromptTally(points, scorers, extracts);
    Tally nothing = new Tally(points, scorers.size());
    return JobDescription.during(
        spark,
        "report: prompts summed up",
        () ->
            byPrompt
                .toJavaRDD()
                .mapPartitions(tally)
                .treeAggregate(nothing, Tally::merge, Tally::merge));
  }
}
