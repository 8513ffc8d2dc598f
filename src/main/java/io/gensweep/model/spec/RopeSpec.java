package io.gensweep.model.spec;

/**
 * A table of rotary positions, over whole heads whose halves are rotated against each other.
 *
 * @param theta base of the frequencies
 */
public record RopeSpec(double theta, RopeScaling scaling) {
  public RopeSpec {
    if (!(theta > 0)) {
      throw new IllegalArgumentException("theta must be above 0, was " + theta);
    }
  }
}
