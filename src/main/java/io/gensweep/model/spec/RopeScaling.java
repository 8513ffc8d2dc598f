package io.gensweep.model.spec;

import io.gensweep.job.JobError;
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
}
