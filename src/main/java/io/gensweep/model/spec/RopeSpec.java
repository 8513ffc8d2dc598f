package io.gensweep.model.spec;

/**
 * A table of rotary positions.
 *
 * @param theta base of the frequencies
 * @param width values of each head that are rotated, from its beginning; the rest passes as it is
 * @param interleaved whether neighbours are rotated against each other; else the halves of what is
 *     rotated
 */
public record RopeSpec(double theta, int width, boolean interleaved, RopeScaling scaling) {
  public RopeSpec {
    if (!(theta > 0) || width < 2 || width % 2 != 0) {
      throw new IllegalArgumentException(
          "theta > 0 and an even width expected, were " + theta + " and " + width);
    }
  }

  RopeSpec withInterleaved() {
    return new RopeSpec(theta, width, true, scaling);
  }
}
