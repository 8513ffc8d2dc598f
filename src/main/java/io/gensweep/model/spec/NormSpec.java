package io.gensweep.model.spec;

/** A norm of activations over their last dimension. */
public sealed interface NormSpec {
  /** Added under the square root. */
  double epsilon();

  /**
   * Root mean square norm: x / sqrt(mean(x^2) + epsilon) in float32, rounded to the model's type,
   * times the weight.
   */
  record RootMeanSquare(double epsilon) implements NormSpec {
    public RootMeanSquare {
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("epsilon must be above 0, was " + epsilon);
      }
    }
  }
}
