package io.gensweep.spark.evaluate;

import io.gensweep.job.EvaluateSpec;
import io.gensweep.output.EvaluationFiles;
import io.gensweep.scorer.Scorer;
import io.gensweep.scorer.ScorerFailure;
import io.gensweep.scorer.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Executor, one per file of completions. Scores its rows and writes the file of their evaluations.
 */
final class EvaluationTask implements VoidFunction<Iterator<Row>> {
  private static final long serialVersionUID = 1L;

  /** The column with the path of the file. */
  static final String FILE = "file of the row";

  private final EvaluateSpec spec;
  private final EvaluationFiles files;

  EvaluationTask(EvaluateSpec spec, EvaluationFiles files) {
    this.spec = spec;
    this.files = files;
  }

  @Override
  public void call(Iterator<Row> rows) throws IOException {
    List<Row> evaluations = new ArrayList<>();
    String file = "";
    while (rows.hasNext()) {
      Row row = rows.next();
      file = row.getAs(FILE);
      for (Scorer scorer : spec.scorers()) {
        evaluations.add(evaluation(row, scorer));
      }
    }
    if (!evaluations.isEmpty()) {
      files.write(file.substring(file.lastIndexOf('/') + 1), evaluations);
    }
  }

  private Row evaluation(Row row, Scorer scorer) {
    try {
      Verdict verdict = scorer.score(new RowSample(row, spec.reference()));
      return row(row, scorer, verdict.score(), verdict.extracted().orElse(null), null);
    } catch (ScorerFailure e) {
      return row(row, scorer, null, null, e.getMessage());
    } catch (RuntimeException | StackOverflowError e) {
      // Scorers of the user's, and patterns that recurse for each character.
      return row(row, scorer, null, null, e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private static Row row(Row row, Scorer scorer, Double score, String extracted, String error) {
    return RowFactory.create(
        row.getAs(Columns.PROMPT_ID),
        row.getAs(Columns.SWEEP_POINT),
        row.getAs(Columns.SAMPLE_INDEX),
        scorer.name(),
        score,
        extracted,
        error);
  }
}
