package io.gensweep.model.spec;

import java.util.Optional;
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
 * @param input what its product takes where that is not what the experts take
 * @param expertScales whether each expert's weight has a learned factor
 */
public record RouterSpec(
    Kind kind,
    int chosen,
    boolean normalised,
    boolean bias,
    boolean correction,
    int groups,
    int chosenGroups,
    double scale,
    Optional<Input> input,
    boolean expertScales) {

  /** What a router makes of its product. */
  public enum Kind {
    /** Softmax over all experts, in float32. */
    SOFTMAX,
    /** Softmax over those that are chosen. */
    SOFTMAX_OF_CHOSEN,
    /** Sigmoid of each, from a product in float32. */
    SIGMOID
  }

  /** A norm of the activations before the block, times a number. */
  public record Input(NormSpec norm, double scale) {}

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

  RouterSpec(
      Kind kind,
      int chosen,
      boolean normalised,
      boolean bias,
      boolean correction,
      int groups,
      int chosenGroups,
      double scale) {
    this(
        kind,
        chosen,
        normalised,
        bias,
        correction,
        groups,
        chosenGroups,
        scale,
        Optional.empty(),
        false);
  }

  /** Without biases and groups. */
  static RouterSpec of(Kind kind, int chosen, boolean normalised) {
    return new RouterSpec(kind, chosen, normalised, false, false, 1, 1, 1);
  }

  /** With an input of its own, and a factor of each expert's weight. */
  RouterSpec withInput(NormSpec norm, double factor) {
    return new RouterSpec(
        kind,
        chosen,
        normalised,
        bias,
        correction,
        groups,
        chosenGroups,
        scale,
        Optional.of(new Input(norm, factor)),
        true);
  }

  Stream<TensorRole> tensors(int experts, int hidden) {
    return Stream.of(
            TensorRole.matrix("router", experts, hidden, bias),
            vector(correction, "router_correction", experts),
            vector(expertScales, "expert_scales", experts),
            input.stream().flatMap(each -> each.norm().tensors("router_norm", hidden)))
        .flatMap(tensors -> tensors);
  }

  private static Stream<TensorRole> vector(boolean there, String role, int size) {
    return there ? Stream.of(new TensorRole(role, size)) : Stream.empty();
  }
}
