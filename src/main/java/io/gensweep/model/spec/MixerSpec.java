package io.gensweep.model.spec;

import java.util.stream.Stream;

/** The part of a layer that mixes positions. */
public sealed interface MixerSpec permits AttentionSpec, DeltaSpec {
  /**
   * The tensors that it has.
   *
   * @param hidden width of the activations
   */
  Stream<TensorRole> tensors(int hidden);
}
