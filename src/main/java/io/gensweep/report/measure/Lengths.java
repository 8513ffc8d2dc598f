package io.gensweep.report.measure;

/** Tokens of the continuations of a point. */
public record Lengths(double mean, double min, double p10, double p50, double p90, double max) {
  static Lengths of(PointTally tally) {
    return new Lengths(
        (double) tally.tokens / tally.rows,
        tally.length(0),
        tally.length(0.1),
        tally.length(0.5),
        tally.length(0.9),
        tally.length(1));
  }
}
