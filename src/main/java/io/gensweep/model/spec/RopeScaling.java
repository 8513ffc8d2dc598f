package io.gensweep.model.spec;

import io.gensweep.job.JobError;
import java.util.ArrayList;
import java.util.List;

/**
 * How rotary frequencies are stretched beyond the context of the pre-training; formulas as in HF's
 * {@code modeling_rope_utils}, computed by the decoder program.
 */
public sealed interface RopeScaling {
  /** HF's rope_type; the decoder program names its method by it. */
  String type();

  /** What that method takes, in its order. */
  List<Double> parameters();

  /** How far the context is stretched; 1 where it is not. */
  double factor();

  /** Not at all. */
  record None() implements RopeScaling {
    @Override
    public String type() {
      return "default";
    }

    @Override
    public double factor() {
      return 1;
    }

    @Override
    public List<Double> parameters() {
      return List.of();
    }
  }

  /** All frequencies by one factor. */
  record Linear(double factor) implements RopeScaling {
    @Override
    public String type() {
      return "linear";
    }

    @Override
    public List<Double> parameters() {
      return List.of(factor);
    }
  }

  /**
   * Low frequencies by the factor, high ones not, and those between by a part of it.
   *
   * @param originalPositions context of the pre-training, in tokens
   */
  record Llama3(double factor, double lowFrequency, double highFrequency, double originalPositions)
      implements RopeScaling {
    public Llama3 {
      if (!(highFrequency > lowFrequency)) {
        throw new JobError(
            "config.json: rope high_freq_factor must be above low_freq_factor, were "
                + highFrequency
                + " and "
                + lowFrequency);
      }
    }

    @Override
    public String type() {
      return "llama3";
    }

    @Override
    public List<Double> parameters() {
      return List.of(factor, lowFrequency, highFrequency, originalPositions);
    }
  }

  /**
   * Frequencies below {@code low} not, those above {@code high} by the factor, and those between by
   * a part of it (YaRN, arXiv 2309.00071).
   *
   * @param low number of a frequency, as high
   * @param attention factor of cosines and sines
   */
  record Yarn(double factor, double low, double high, double attention) implements RopeScaling {
    /**
     * By the numbers of rotations over the original context between which frequencies are mixed.
     *
     * @param truncate whether the bounds are rounded outwards to whole numbers
     */
    static Yarn of(
        double factor,
        double attention,
        double fast,
        double slow,
        boolean truncate,
        double theta,
        int width,
        double original) {
      double low = bound(fast, theta, width, original);
      double high = bound(slow, theta, width, original);
      if (truncate) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, width - 1.0);
      // HF does so too, where the bounds meet.
      return new Yarn(factor, low, high == low ? high + 0.001 : high, attention);
    }

    private static double bound(double rotations, double theta, int width, double original) {
      return width * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    @Override
    public String type() {
      return "yarn";
    }

    @Override
    public List<Double> parameters() {
      return List.of(factor, low, high, attention);
    }
  }

  /**
   * Each frequency by a factor of its own: short ones up to the original context, long ones for all
   * positions of a sequence that is longer (LongRoPE, arXiv 2402.13753).
   *
   * @param shorts one for each two values that are rotated, as longs
   * @param originalPositions context of the pre-training, in tokens
   * @param attention factor of cosines and sines
   */
  record LongRope(
      double factor,
      List<Double> shorts,
      List<Double> longs,
      double originalPositions,
      double attention)
      implements RopeScaling {
    public LongRope {
      shorts = List.copyOf(shorts);
      longs = List.copyOf(longs);
    }

    @Override
    public String type() {
      return "longrope";
    }

    @Override
    public List<Double> parameters() {
      List<Double> all = new ArrayList<>(List.of(attention));
      all.addAll(shorts);
      all.addAll(longs);
      return all;
    }
  }

  /**
   * The first frequencies by one factor; the others are 0, so that what they rotate stays.
   *
   * @param rotated frequencies that are not 0
   */
  record Proportional(double factor, int rotated) implements RopeScaling {
    @Override
    public String type() {
      return "proportional";
    }

    @Override
    public List<Double> parameters() {
      return List.of(factor, (double) rotated);
    }
  }
}
