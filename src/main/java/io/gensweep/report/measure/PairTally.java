package io.gensweep.report.measure;

import java.io.Serializable;

/** Executor to driver. How two points differ on the prompts that every point has. */
final class PairTally implements Serializable {
  private static final long serialVersionUID = 1L;

  long better;
  long worse;

  /** Prompts whose mean scores are not both 0 or 1. */
  long fractional;

  long differences;
  long squares;

  void add(double a, double b) {
    // Means of the same scores may differ by their last bits.
    long difference = Fixed.share(a) - Fixed.share(b);
    better += difference > 0 ? 1 : 0;
    worse += difference < 0 ? 1 : 0;
    fractional += isWhole(a) && isWhole(b) ? 0 : 1;
    differences += difference;
    squares += Fixed.share(Fixed.share(difference) * Fixed.share(difference));
  }

  private static boolean isWhole(double mean) {
    return mean == 0 || mean == 1;
  }

  void merge(PairTally other) {
    better += other.better;
    worse += other.worse;
    fractional += other.fractional;
    differences += other.differences;
    squares += other.squares;
  }
}
