package io.gensweep.spark.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;

import io.gensweep.prompt.ColumnNames;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Driver and executor. Completions and their evaluations as rows of one kind, which sort together.
 */
final class Rows {
  static final String POINT = "point";
  static final String GROUP = "group";
  static final String FINISH_REASON = "finish_reason";
  static final String TOKEN_IDS = "token_ids";
  static final String LOGPROBS = "logprobs";
  static final String SAMPLING_LOGPROBS = "sampling_logprobs";
  static final String CUMULATIVE_LOGPROB = "cumulative_logprob";
  static final String SCORER = "scorer";
  static final String SCORE = "score";
  static final String EXTRACTED = "extracted";

  private Rows() {}

  /**
   * @param firstPoint index of the output's first point in the report
   * @param groupBy columns of the group, whose values are a JSON list
   * @param votesByText whether texts are needed
   */
  static Dataset<Row> ofCompletions(
      Dataset<Row> completions, int firstPoint, List<String> groupBy, boolean votesByText) {
    Column group =
        groupBy.isEmpty() ? lit(null).cast("string") : to_json(ColumnNames.texts(groupBy));
    return completions.select(
        col(Columns.PROMPT_ID),
        col(Columns.SWEEP_POINT).plus(firstPoint).as(POINT),
        col(Columns.SAMPLE_INDEX),
        group.as(GROUP),
        (votesByText ? col(Columns.TEXT) : lit(null).cast("string")).as(Columns.TEXT),
        col(FINISH_REASON),
        col(TOKEN_IDS),
        col(LOGPROBS),
        col(SAMPLING_LOGPROBS),
        col(CUMULATIVE_LOGPROB),
        lit(null).cast("string").as(SCORER),
        lit(null).cast("double").as(SCORE),
        lit(null).cast("string").as(EXTRACTED));
  }

  static Dataset<Row> ofEvaluations(Dataset<Row> evaluations, int firstPoint) {
    return evaluations.select(
        col(Columns.PROMPT_ID),
        col(Columns.SWEEP_POINT).plus(firstPoint).as(POINT),
        col(Columns.SAMPLE_INDEX),
        lit(null).cast("string").as(GROUP),
        lit(null).cast("string").as(Columns.TEXT),
        lit(null).cast("string").as(FINISH_REASON),
        lit(null).cast("array<int>").as(TOKEN_IDS),
        lit(null).cast("array<float>").as(LOGPROBS),
        lit(null).cast("array<float>").as(SAMPLING_LOGPROBS),
        lit(null).cast("double").as(CUMULATIVE_LOGPROB),
        col(SCORER),
        col(SCORE),
        col(EXTRACTED));
  }
}
