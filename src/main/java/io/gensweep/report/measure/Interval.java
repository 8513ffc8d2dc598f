package io.gensweep.report.measure;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;

/** An interval that holds the true value with a probability of 95%. */
public record Interval(double low, double high) {
  static final double CONFIDENCE = 0.95;

  private static final double Z = quantile(1 - (1 - CONFIDENCE) / 2);

  /** The quantile of the standard normal distribution. */
  static double quantile(double probability) {
    return new NormalDistribution(0, 1).inverseCumulativeProbability(probability);
  }

  /**
   * Wilson's interval of a mean of values in [0, 1]. It is made for shares of right and wrong, and
   * holds for other values too, whose variance is never larger.
   *
   * @param count of values that are independent of each other
   */
  static Interval wilson(double mean, long count) {
    double z2 = Z * Z / count;
    double middle = (mean + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * Math.sqrt(mean * (1 - mean) / count + z2 / (4 * count));
    // At 0 and 1 rounding must not leave the mean outside.
    return new Interval(
        Math.max(0, Math.min(mean, middle - half)), Math.min(1, Math.max(mean, middle + half)));
  }

  /** The middle 95% of the replicates of a bootstrap; those that are no number are left out. */
  static Interval percentile(double[] replicates) {
    double[] numbers = Arrays.stream(replicates).filter(Double::isFinite).toArray();
    if (numbers.length == 0) {
      return new Interval(Double.NaN, Double.NaN);
    }
    // R's type 7 is numpy's default.
    Percentile percentile = new Percentile().withEstimationType(EstimationType.R_7);
    percentile.setData(numbers);
    double tail = 100 * (1 - CONFIDENCE) / 2;
    return new Interval(percentile.evaluate(tail), percentile.evaluate(100 - tail));
  }
}
