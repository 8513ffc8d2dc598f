package io.gensweep.model.spec;

/**
 * A factor of queries that grows with their position: {@code 1 + beta * ln(1 + floor(position /
 * original))}.
 *
 * @param original context of the pre-training, in tokens
 */
public record PositionScale(double beta, double original) {
  public PositionScale {
    if (!(original > 0)) {
      throw new IllegalArgumentException("original must be above 0, was " + original);
    }
  }
}
