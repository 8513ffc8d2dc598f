package io.gensweep.output;

import io.gensweep.engine.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Executor. Converts scores to rows of {@link OutputSchema}. */
public final class ScoreRows {
  private static final double LN_2 = StrictMath.log(2);

  private ScoreRows() {}

  /**
   * Makes a row of the scores folder, or of the errors folder if it failed.
   *
   * @param bytes of the text in UTF-8, as the input has it
   * @param kept the values of the prompt's kept columns
   */
  public static Row of(Score score, int bytes, Row kept) {
    List<Object> values = new ArrayList<>(own(score, bytes));
    score.failure().ifPresent(failure -> values.add(failure.toString()));
    for (int i = 0; i < kept.length(); i++) {
      values.add(kept.get(i));
    }
    return RowFactory.create(values.toArray());
  }

  private static List<Object> own(Score score, int bytes) {
    boolean failed = score.failure().isPresent();
    double sum = LogProbs.sum(score.logprobs());
    // Arrays.asList takes nulls.
    return Arrays.asList(
        score.promptId(),
        score.referenceIndex(),
        score.tokenIds(),
        score.logprobs(),
        failed ? null : sum,
        failed ? null : score.greedy(),
        score.tokenIds().length,
        bytes,
        failed || bytes == 0 ? null : -sum / LN_2 / bytes);
  }
}
