package io.gensweep.engine;

import io.gensweep.sampling.SamplingConfig;

/**
 * Plain Java. One continuation wanted of a prompt.
 *
 * @param sweepPoint index into the grid
 * @param sampleIndex which of the n samples
 * @param sampling the point's sampling; its n is not looked at
 */
public record Variant(int sweepPoint, int sampleIndex, SamplingConfig sampling) {
  public Variant {
    if (sweepPoint < 0) {
      throw new IllegalArgumentException("sweep_point must be >= 0, was " + sweepPoint);
    }
    if (sampleIndex < 0) {
      throw new IllegalArgumentException("sample_index must be >= 0, was " + sampleIndex);
    }
  }
}
