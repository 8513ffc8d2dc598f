package io.gensweep.spark.evaluate;

import io.gensweep.report.measure.Draw;
import io.gensweep.report.measure.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/**
 * Executor, one per partition. Sums up prompts, whose rows follow each other: for each completion
 * its own row and then those of its evaluations.
 */
final class PromptTally implements FlatMapFunction<Iterator<Row>, Tally> {
  private static final long serialVersionUID = 1L;

  private final int points;
  private final Map<String, Integer> scorers;
  private final boolean[] extracts;

  /**
   * @param scorers the index of each by its name
   * @param extracts whether a row without an answer has no vote
   */
  PromptTally(int points, Map<String, Integer> scorers, boolean[] extracts) {
    this.points = points;
    this.scorers = scorers;
    this.extracts = extracts;
  }

  @Override
  public Iterator<Tally> call(Iterator<Row> rows) {
    Tally tally = new Tally(points, scorers.size());
    String prompt = null;
    String group = "";
    List<Draw> draws = new ArrayList<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      String id = row.getAs(Columns.PROMPT_ID);
      if (!Objects.equals(id, prompt)) {
        addTo(tally, prompt, draws, group);
        prompt = id;
        group = row.getAs(Rows.GROUP) == null ? "" : row.getAs(Rows.GROUP);
        draws = new ArrayList<>();
      }
      if (row.getAs(Rows.SCORER) == null) {
        draws.add(draw(row));
      } else {
        evaluate(draws.get(draws.size() - 1), row);
      }
    }
    addTo(tally, prompt, draws, group);
    return List.of(tally).iterator();
  }

  private static void addTo(Tally tally, String prompt, List<Draw> draws, String group) {
    if (!draws.isEmpty()) {
      tally.add(prompt, draws, group);
    }
  }

  private Draw draw(Row row) {
    List<Integer> ids = row.getList(row.fieldIndex(Rows.TOKEN_IDS));
    List<Float> logprobs = row.getList(row.fieldIndex(Rows.LOGPROBS));
    float[] natural = new float[logprobs.size()];
    for (int i = 0; i < natural.length; i++) {
      natural[i] = logprobs.get(i);
    }
    double sampling = 0;
    for (float logprob : row.<Float>getList(row.fieldIndex(Rows.SAMPLING_LOGPROBS))) {
      sampling += logprob;
    }
    double[] scores = new double[scorers.size()];
    Arrays.fill(scores, Double.NaN);
    String[] votes = new String[scorers.size()];
    for (int scorer = 0; scorer < votes.length; scorer++) {
      votes[scorer] = extracts[scorer] ? null : row.getAs(Columns.TEXT);
    }
    return new Draw(
        row.getAs(Rows.POINT),
        row.getAs(Columns.SAMPLE_INDEX),
        row.getAs(Rows.FINISH_REASON),
        ids.stream().mapToInt(Integer::intValue).toArray(),
        natural,
        row.getAs(Rows.CUMULATIVE_LOGPROB),
        sampling,
        scores,
        votes);
  }

  private void evaluate(Draw draw, Row row) {
    int scorer = scorers.get(row.<String>getAs(Rows.SCORER));
    Double score = row.getAs(Rows.SCORE);
    if (score != null) {
      draw.scores()[scorer] = score;
      String extracted = row.getAs(Rows.EXTRACTED);
      if (extracts[scorer]) {
        draw.votes()[scorer] = extracted;
      }
    }
  }
}
