package io.gensweep.report.measure;

/**
 * Numbers as whole multiples of a power of two, so that a sum is the same in whatever order its
 * parts arrive.
 */
final class Fixed {
  /** Of shares: 2^-36 is far below what a report shows, and 8 million prompts fit a long. */
  private static final double SHARE = 0x1p36;

  /** Of sums of log-probs, in natural units. */
  private static final double LOG = 0x1p20;

  private Fixed() {}

  static long share(double value) {
    return Math.round(value * SHARE);
  }

  static double share(long sum) {
    return sum / SHARE;
  }

  static long log(double value) {
    return Math.round(value * LOG);
  }

  static double log(long sum) {
    return sum / LOG;
  }

  /** The mean share of so many; not a number for none. */
  static double mean(long sum, long count) {
    return share(sum) / count;
  }
}
