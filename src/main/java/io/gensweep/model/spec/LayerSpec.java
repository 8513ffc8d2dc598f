package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * One layer: a mixer of positions and an MLP, each added to what goes into it.
 *
 * @param parallel whether the MLP gets the layer's input, and not what the mixer made of it
 * @param blockScale factor of what each block adds
 * @param input what it takes of the tokens beside what the layers before made of them
 * @param scaled whether what leaves it is multiplied with a learned number
 */
public record LayerSpec(
    MixerSpec mixer,
    MlpSpec mlp,
    LayerNorms norms,
    boolean parallel,
    double blockScale,
    Optional<LayerInput> input,
    boolean scaled) {

  LayerSpec(MixerSpec mixer, MlpSpec mlp, LayerNorms norms, boolean parallel, double blockScale) {
    this(mixer, mlp, norms, parallel, blockScale, Optional.empty(), false);
  }

  /** One block after the other. */
  public static LayerSpec of(MixerSpec mixer, MlpSpec mlp, LayerNorms norms) {
    return new LayerSpec(mixer, mlp, norms, false, 1);
  }

  LayerSpec withInput(Optional<LayerInput> other) {
    return new LayerSpec(mixer, mlp, norms, parallel, blockScale, other, scaled);
  }

  LayerSpec withScale() {
    return new LayerSpec(mixer, mlp, norms, parallel, blockScale, input, true);
  }

  /** The tensors that it has. */
  public Stream<TensorRole> tensors(int hidden) {
    return Stream.of(
            norms.tensors(hidden),
            mixer.tensors(hidden),
            mlp.tensors(hidden),
            input.stream().flatMap(each -> each.tensors(hidden)),
            scaled ? Stream.of(new TensorRole("layer_scale", 1)) : Stream.<TensorRole>empty())
        .flatMap(tensors -> tensors);
  }
}
