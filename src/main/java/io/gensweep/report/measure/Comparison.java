package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Two points compared by one scorer, on the prompts that every point has.
 *
 * @param a index of the first point in the report
 * @param b index of the second
 * @param difference how much higher the accuracy of b is than that of a
 * @param ciLow the paired bootstrap's interval of it
 * @param better prompts on which b's mean score is higher
 * @param worse prompts on which it is lower
 * @param pValue of McNemar's exact test where all means are 0 or 1, else of the paired bootstrap
 * @param pAdjusted by Holm's method, for all pairs of the scorer
 * @param real whether the adjusted value is below 0.05
 * @param morePrompts how many more would show such a difference in 4 of 5 runs; empty if it is
 *     real, or if there is none
 */
public record Comparison(
    String scorer,
    int a,
    int b,
    double difference,
    double ciLow,
    double ciHigh,
    long prompts,
    long better,
    long worse,
    double pValue,
    double pAdjusted,
    boolean real,
    OptionalLong morePrompts) {
  private static final double LEVEL = 0.05;
  private static final double POWER = 0.8;

  /** All pairs of points for a scorer; none if the points share no prompt. */
  static List<Comparison> of(Tally tally, int scorer, String name) {
    long prompts = tally.shared[scorer];
    List<Comparison> raw = new ArrayList<>();
    if (prompts > 0) {
      for (Pairs.Pair points : Pairs.of(tally.points.length)) {
        raw.add(of(tally, scorer, name, points, tally.pairs[scorer][raw.size()]));
      }
    }
    double[] adjusted = Holm.adjusted(raw.stream().mapToDouble(Comparison::pValue).toArray());
    List<Comparison> all = new ArrayList<>();
    for (int pair = 0; pair < raw.size(); pair++) {
      all.add(raw.get(pair).corrected(adjusted[pair], tally.pairs[scorer][pair], raw.size()));
    }
    return all;
  }

  private static Comparison of(
      Tally tally, int scorer, String name, Pairs.Pair points, PairTally sums) {
    long prompts = tally.shared[scorer];
    double[] a =
        Replicates.means(
            tally.scores[points.a()][scorer].sharedWeighted, tally.sharedWeights[scorer]);
    double[] b =
        Replicates.means(
            tally.scores[points.b()][scorer].sharedWeighted, tally.sharedWeights[scorer]);
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = b[i] - a[i];
    }
    double difference = Fixed.mean(sums.differences, prompts);
    Interval interval = Interval.percentile(differences);
    double p =
        sums.fractional == 0
            ? mcnemar(sums.better, sums.worse)
            : bootstrap(difference, differences, prompts, sums.better + sums.worse);
    return new Comparison(
        name,
        points.a(),
        points.b(),
        difference,
        interval.low(),
        interval.high(),
        prompts,
        sums.better,
        sums.worse,
        p,
        p,
        false,
        OptionalLong.empty());
  }

  /** McNemar's exact test: whether as many prompts are better as are worse. */
  static double mcnemar(long better, long worse) {
    int n = Math.toIntExact(better + worse);
    if (n == 0) {
      return 1;
    }
    int fewer = (int) Math.min(better, worse);
    // Without a generator of random numbers, which nothing here draws from.
    return Math.min(1, 2 * new BinomialDistribution(null, n, 0.5).cumulativeProbability(fewer));
  }

  /**
   * By Student's distribution, with the standard error that the replicates have. No paired test of
   * m prompts that differ can give less than 2^(1-m).
   */
  private static double bootstrap(
      double difference, double[] replicates, long prompts, long differing) {
    if (differing == 0 || prompts < 2) {
      return 1;
    }
    double least = Math.pow(2, 1 - (double) differing);
    double error = Replicates.deviation(replicates);
    if (error == 0) {
      return Math.min(1, least);
    }
    double t = Math.abs(difference) / error;
    double p = 2 * new TDistribution(null, prompts - 1.0).cumulativeProbability(-t);
    return Math.min(1, Math.max(p, least));
  }

  private Comparison corrected(double adjusted, PairTally sums, int comparisons) {
    boolean isReal = adjusted < LEVEL;
    return new Comparison(
        scorer,
        a,
        b,
        difference,
        ciLow,
        ciHigh,
        prompts,
        better,
        worse,
        pValue,
        adjusted,
        isReal,
        isReal || difference == 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.max(1, needed(sums, comparisons) - prompts)));
  }

  /** Prompts at which a normal test of all these comparisons sees the difference in 4 of 5 runs. */
  private long needed(PairTally sums, int comparisons) {
    double variance = Math.max(0, Fixed.mean(sums.squares, prompts) - difference * difference);
    double deviations = Interval.quantile(1 - LEVEL / 2 / comparisons) + Interval.quantile(POWER);
    return (long) Math.ceil(deviations * deviations * variance / (difference * difference));
  }
}
