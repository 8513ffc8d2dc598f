package io.gensweep.model.spec;

/** The MLP of a layer. */
public sealed interface MlpSpec {
  /** Width between its matrices. */
  int size();

  /**
   * down(activation(gate(x)) * up(x)).
   *
   * @param bias whether its three matrices have biases
   */
  record Gated(int size, Activation activation, boolean bias) implements MlpSpec {
    public Gated {
      if (size < 1) {
        throw new IllegalArgumentException("size must be >= 1, was " + size);
      }
    }
  }
}
