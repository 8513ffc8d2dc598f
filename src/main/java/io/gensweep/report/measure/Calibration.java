package io.gensweep.report.measure;

import java.io.Serializable;

/**
 * Executor to driver. Rows by the model's confidence in them, the geometric mean of the
 * probabilities of their tokens, in ten bins of equal width.
 */
final class Calibration implements Serializable {
  private static final long serialVersionUID = 1L;
  static final int BINS = 10;

  final long[] rows = new long[BINS];
  final long[] confidence = new long[BINS];
  final long[] score = new long[BINS];

  void add(double rowConfidence, double rowScore) {
    int bin = Math.min(BINS - 1, (int) (rowConfidence * BINS));
    rows[bin]++;
    confidence[bin] += Fixed.share(rowConfidence);
    score[bin] += Fixed.share(rowScore);
  }

  void merge(Calibration other) {
    for (int bin = 0; bin < BINS; bin++) {
      rows[bin] += other.rows[bin];
      confidence[bin] += other.confidence[bin];
      score[bin] += other.score[bin];
    }
  }

  /** Expected calibration error: the mean distance of a bin's confidence from its score. */
  double error() {
    double sum = 0;
    long all = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += Math.abs(Fixed.share(confidence[bin] - score[bin]));
      all += rows[bin];
    }
    return sum / all;
  }
}
