package io.gensweep.report.measure;

import java.util.Arrays;

/** Means of the replicates of a bootstrap. */
final class Replicates {
  private Replicates() {}

  /** The weighted mean of each; no number where all weights are 0. */
  static double[] means(long[] weighted, long[] weights) {
    double[] means = new double[weights.length];
    Arrays.setAll(means, i -> Fixed.mean(weighted[i], weights[i]));
    return means;
  }

  /** Standard deviation of those that are numbers, around their mean. */
  static double deviation(double[] replicates) {
    double[] numbers = Arrays.stream(replicates).filter(Double::isFinite).toArray();
    double mean = Arrays.stream(numbers).average().orElse(0);
    double squares = Arrays.stream(numbers).map(x -> (x - mean) * (x - mean)).sum();
    return numbers.length < 2 ? 0 : Math.sqrt(squares / (numbers.length - 1));
  }
}
