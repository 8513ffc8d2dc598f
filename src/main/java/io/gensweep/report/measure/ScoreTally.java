package io.gensweep.report.measure;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Executor to driver. What one scorer's scores at one point sum up to. */
final class ScoreTally implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Prompts with a row that has a score. */
  long prompts;

  long rows;

  /** Rows that the scorer could not score. */
  long failedRows;

  /** Of the prompts' mean scores. */
  long means;

  /** Of the rows' scores. */
  long scores;

  long tokens;
  long bestByCumulative;
  long bestByMean;

  /** By k, from index 1: of the prompts with so many samples. */
  long[] passes = new long[1];

  long[] votes = new long[1];
  long[] promptsWith = new long[1];

  /** By replicate: of weights, and of weighted means; {@code shared} of prompts at all points. */
  long[] weights = new long[0];

  long[] weighted = new long[0];
  long[] sharedWeighted = new long[0];

  final Calibration calibration = new Calibration();

  /**
   * Adds a prompt.
   *
   * @param samples those with a score, by their index
   */
  void add(List<Draw> samples, int scorer) {
    int n = samples.size();
    prompts++;
    rows += n;
    means += Fixed.share(mean(samples, scorer));
    int right = 0;
    for (Draw draw : samples) {
      double score = draw.scores()[scorer];
      right += score == 1 ? 1 : 0;
      scores += Fixed.share(score);
      tokens += draw.tokens();
      if (draw.tokens() > 0) {
        calibration.add(Math.min(1, Math.exp(draw.meanLogprob())), score);
      }
    }
    addByNumber(PassAtK.all(n, right), Votes.scores(samples, scorer));
    bestByCumulative += best(samples, scorer, Draw::cumulativeLogprob);
    bestByMean += best(samples, scorer, Draw::meanLogprob);
  }

  private void addByNumber(double[] passed, double[] voted) {
    int n = passed.length;
    passes = Sums.reaching(passes, n);
    votes = Sums.reaching(votes, n);
    promptsWith = Sums.reaching(promptsWith, n);
    for (int k = 1; k <= n; k++) {
      passes[k] += Fixed.share(passed[k - 1]);
      votes[k] += Fixed.share(voted[k - 1]);
      promptsWith[k]++;
    }
  }

  /** The score of the sample with the highest log-prob, of equal ones the first. */
  private static long best(List<Draw> samples, int scorer, ToDoubleFunction<Draw> logprob) {
    Draw best =
        samples.stream()
            .max(
                Comparator.comparingDouble(logprob)
                    .thenComparing(Comparator.comparingInt(Draw::sample).reversed()))
            .orElseThrow();
    return Fixed.share(best.scores()[scorer]);
  }

  static double mean(List<Draw> samples, int scorer) {
    return samples.stream().mapToDouble(draw -> draw.scores()[scorer]).average().orElseThrow();
  }

  /**
   * Adds a prompt's mean to the replicates.
   *
   * @param shared whether every point has the prompt
   */
  void resample(double mean, int[] promptWeights, boolean shared) {
    if (weights.length == 0) {
      weights = new long[promptWeights.length];
      weighted = new long[promptWeights.length];
      sharedWeighted = new long[promptWeights.length];
    }
    long value = Fixed.share(mean);
    for (int i = 0; i < promptWeights.length; i++) {
      weights[i] += promptWeights[i];
      weighted[i] += promptWeights[i] * value;
      if (shared) {
        sharedWeighted[i] += promptWeights[i] * value;
      }
    }
  }

  void merge(ScoreTally other) {
    prompts += other.prompts;
    rows += other.rows;
    failedRows += other.failedRows;
    means += other.means;
    scores += other.scores;
    tokens += other.tokens;
    bestByCumulative += other.bestByCumulative;
    bestByMean += other.bestByMean;
    passes = Sums.plus(passes, other.passes);
    votes = Sums.plus(votes, other.votes);
    promptsWith = Sums.plus(promptsWith, other.promptsWith);
    weights = Sums.plus(weights, other.weights);
    weighted = Sums.plus(weighted, other.weighted);
    sharedWeighted = Sums.plus(sharedWeighted, other.sharedWeighted);
    calibration.merge(other.calibration);
  }
}
