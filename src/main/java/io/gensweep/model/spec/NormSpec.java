package io.gensweep.model.spec;

import java.util.stream.Stream;

/** A norm of activations over their last dimension. */
public sealed interface NormSpec {
  /** Added under the square root. */
  double epsilon();

  /** What the decoder program calls it. */
  String kind();

  /**
   * The weights that it has.
   *
   * @param shape of them
   */
  Stream<TensorRole> tensors(String role, int... shape);

  /** Root mean square norm: x / sqrt(mean(x^2) + epsilon) in float32, times the weight. */
  record RootMeanSquare(double epsilon, Weight weight) implements NormSpec {
    /** How it meets its weight w. */
    public enum Weight {
      /** Rounded to the model's type, times w. */
      ROUNDED,
      /** Times w, in float32. */
      FLOAT,
      /** Times 1 + w, in float32. */
      PLUS_ONE,
      /** Has none. */
      NONE
    }

    public RootMeanSquare {
      requirePositive(epsilon);
    }

    /** As in Llama. */
    static RootMeanSquare rounded(double epsilon) {
      return new RootMeanSquare(epsilon, Weight.ROUNDED);
    }

    /** As in OLMo 2. */
    static RootMeanSquare inFloat(double epsilon) {
      return new RootMeanSquare(epsilon, Weight.FLOAT);
    }

    /** As in Gemma. */
    static RootMeanSquare plusOne(double epsilon) {
      return new RootMeanSquare(epsilon, Weight.PLUS_ONE);
    }

    @Override
    public String kind() {
      return switch (weight) {
        case ROUNDED -> "rms";
        case FLOAT -> "rms_float";
        case PLUS_ONE -> "rms_plus_one";
        case NONE -> "rms_alone";
      };
    }

    @Override
    public Stream<TensorRole> tensors(String role, int... shape) {
      return weight == Weight.NONE
          ? Stream.empty()
          : Stream.of(new TensorRole(role + ".weight", shape));
    }
  }

  /** Layer norm: (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, in float32. */
  record LayerNorm(double epsilon, boolean bias) implements NormSpec {
    public LayerNorm {
      requirePositive(epsilon);
    }

    @Override
    public String kind() {
      return "layer";
    }

    @Override
    public Stream<TensorRole> tensors(String role, int... shape) {
      TensorRole weight = new TensorRole(role + ".weight", shape);
      return bias ? Stream.of(weight, new TensorRole(role + ".bias", shape)) : Stream.of(weight);
    }
  }

  private static void requirePositive(double epsilon) {
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("epsilon must be above 0, was " + epsilon);
    }
  }
}
