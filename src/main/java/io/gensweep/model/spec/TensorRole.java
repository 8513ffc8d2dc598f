package io.gensweep.model.spec;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A tensor that a decoder needs.
 *
 * @param role what it is for, as the decoder program calls it; of a product {@code NAME.weight} or
 *     {@code NAME.bias}
 * @param shape one or two sizes
 */
public record TensorRole(String role, List<Integer> shape) {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  TensorRole(String role, int... shape) {
    this(role, IntStream.of(shape).boxed().toList());
  }

  /** A product's weight [outputs, inputs], and its bias where it has one. */
  static Stream<TensorRole> matrix(String name, int outputs, int inputs, boolean bias) {
    TensorRole weight = new TensorRole(name + WEIGHT, outputs, inputs);
    return bias ? Stream.of(weight, new TensorRole(name + BIAS, outputs)) : Stream.of(weight);
  }

  /** Whether it is a bias. */
  public boolean isBias() {
    return role.endsWith(BIAS);
  }

  /** What it is a weight or a bias of. */
  public String name() {
    return role.endsWith(WEIGHT)
        ? role.substring(0, role.length() - WEIGHT.length())
        : isBias() ? role.substring(0, role.length() - BIAS.length()) : role;
  }
}
