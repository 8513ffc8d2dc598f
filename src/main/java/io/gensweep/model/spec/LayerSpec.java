package io.gensweep.model.spec;

import java.util.stream.Stream;

/**
 * One layer: a mixer of positions and an MLP, each added to what goes into it.
 *
 * @param parallel whether the MLP gets the layer's input, and not what the mixer made of it
 * @param blockScale factor of what each block adds
 */
public record LayerSpec(
    MixerSpec mixer, MlpSpec mlp, LayerNorms norms, boolean parallel, double blockScale) {

  /** One block after the other. */
  public static LayerSpec of(MixerSpec mixer, MlpSpec mlp, LayerNorms norms) {
    return new LayerSpec(mixer, mlp, norms, false, 1);
  }

  /** The tensors that it has. */
  public Stream<TensorRole> tensors(int hidden) {
    return Stream.of(norms.tensors(hidden), mixer.tensors(hidden), mlp.tensors(hidden))
        .flatMap(tensors -> tensors);
  }
}
