package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;

/**
 * Finds the parameters of Llama 3's rope scaling in the factors that llama.cpp stores for it. Each
 * frequency is divided by its factor: 1 for short wavelengths, {@code factor} for long ones, and
 * between them by a value that {@code smooth} leads over from one to the other:
 *
 * <pre>
 *   1 / f = (1 - smooth) / factor + smooth
 *   smooth = (original / wavelength - low) / (high - low)
 * </pre>
 *
 * <p>Only the ratios of original, low and high matter, so low is 1, as in every published model.
 *
 * @param rotated numbers of a head that are rotated
 * @param theta the base of the frequencies
 */
record Llama3Factors(Hyperparameters model, int rotated, double theta) {
  /** Relative error of a float32 that was computed with a few roundings. */
  private static final double TOLERANCE = 1e-5;

  /** Adds the parameters; refuses factors that no parameters give. */
  ObjectNode putInto(ObjectNode rope, float[] factors) {
    if (factors.length != rotated / 2) {
      throw model.wrong(
          "has "
              + factors.length
              + " factors in rope_freqs.weight for "
              + rotated / 2
              + " frequencies");
    }
    double factor = 1;
    for (float stored : factors) {
      factor = Math.max(factor, stored);
    }
    if (factor == 1) {
      return rope;
    }
    // smooth = slope / wavelength - offset, a line through the points between the two ends.
    int first = -1;
    int last = -1;
    for (int i = 0; i < factors.length; i++) {
      if (isBetween(factors[i], factor)) {
        first = first < 0 ? i : first;
        last = i;
      }
    }
    if (first == last) {
      throw notLlama3();
    }
    double slope =
        (smooth(factors[first], factor) - smooth(factors[last], factor))
            / (frequency(first) - frequency(last));
    double offset = slope * frequency(first) - smooth(factors[first], factor);
    double high = 1 + 1 / offset;
    double original = slope * (high - 1);
    rope.put("rope_type", "llama3")
        .put("factor", factor)
        .put("low_freq_factor", 1.0)
        .put("high_freq_factor", rounded(high))
        .put("original_max_position_embeddings", Math.round(original));
    for (int i = 0; i < factors.length; i++) {
      double expected = expected(i, factor, rounded(high), (double) Math.round(original));
      if (!(Math.abs(factors[i] - expected) <= TOLERANCE * expected)) {
        throw notLlama3();
      }
    }
    return rope;
  }

  private JobError notLlama3() {
    return model.wrong(
        "has factors in rope_freqs.weight that are not those of llama3 rope scaling");
  }

  private static boolean isBetween(double stored, double factor) {
    return stored > 1 + TOLERANCE && stored < factor * (1 - TOLERANCE);
  }

  private static double smooth(double stored, double factor) {
    return (1 / stored - 1 / factor) / (1 - 1 / factor);
  }

  /** One over the wavelength. */
  private double frequency(int i) {
    return Math.pow(theta, -2.0 * i / rotated) / (2 * Math.PI);
  }

  private double expected(int i, double factor, double high, double original) {
    double turns = original * frequency(i);
    if (turns > high) {
      return 1;
    }
    if (turns < 1) {
      return factor;
    }
    double smooth = (turns - 1) / (high - 1);
    return 1 / ((1 - smooth) / factor + smooth);
  }

  /** To three digits after the point: published values are whole numbers. */
  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
