package io.gensweep.model.spec;

import java.util.stream.Stream;

/**
 * How tokens choose their experts, and what weights these have.
 *
 * @param chosen experts of a token
 * @param normalised whether a token's weights are divided by their sum
 * @param bias whether the router's product has one
 * @param correction whether experts are chosen by their probability plus a learned number, which
 *     their weight has not
 * @param groups of experts; only the best {@code chosenGroups} of them are looked at
 * @param scale factor of the weights
 */
public record RouterSpec(
    Kind kind,
    int chosen,
    boolean normalised,
    boolean bias,
    boolean correction,
    int groups,
    int chosenGroups,
    double scale) {

  /** What a router makes of its product. */
  public enum Kind {
    /** Softmax over all experts, in float32. */
    SOFTMAX,
    /** Softmax over those that are chosen. */
    SOFTMAX_OF_CHOSEN,
    /** Sigmoid of each, from a product in float32. */
    SIGMOID
  }

  public RouterSpec {
    if (groups < 1 || chosenGroups < 1 || chosenGroups > groups || !(scale > 0)) {
      throw new IllegalArgumentException(
          "groups >= chosenGroups >= 1 and scale > 0 expected, were "
              + groups
              + ", "
              + chosenGroups
              + " and "
              + scale);
    }
  }

  /** Without biases and groups. */
  static RouterSpec of(Kind kind, int chosen, boolean normalised) {
    return new RouterSpec(kind, chosen, normalised, false, false, 1, 1, 1);
  }

  Stream<TensorRole> tensors(int experts, int hidden) {
    return Stream.concat(
        TensorRole.matrix("router", experts, hidden, bias),
        correction ? Stream.of(new TensorRole("router_correction", experts)) : Stream.empty());
  }
}
