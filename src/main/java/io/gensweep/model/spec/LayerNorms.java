package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The norms of a layer, whose blocks are its mixer and its MLP: each adds {@code
 * output(f(input(x)))} to x.
 */
public record LayerNorms(
    Optional<NormSpec> mixerInput,
    Optional<NormSpec> mixerOutput,
    Optional<NormSpec> mlpInput,
    Optional<NormSpec> mlpOutput) {

  /** Before each block, as in Llama. */
  public static LayerNorms before(NormSpec norm) {
    return new LayerNorms(Optional.of(norm), Optional.empty(), Optional.of(norm), Optional.empty());
  }

  /** After each block, as in OLMo 2. */
  static LayerNorms after(NormSpec norm) {
    return new LayerNorms(Optional.empty(), Optional.of(norm), Optional.empty(), Optional.of(norm));
  }

  /** Before and after each block, as in Gemma 2. */
  static LayerNorms around(NormSpec norm) {
    Optional<NormSpec> each = Optional.of(norm);
    return new LayerNorms(each, each, each, each);
  }

  /** One, before both blocks, which work side by side. */
  static LayerNorms shared(NormSpec norm) {
    return new LayerNorms(Optional.of(norm), Optional.empty(), Optional.empty(), Optional.empty());
  }

  Stream<TensorRole> tensors(int hidden) {
    return Stream.of(
            mixerInput.stream().flatMap(norm -> norm.tensors("mixer_norm", hidden)),
            mixerOutput.stream().flatMap(norm -> norm.tensors("mixer_out_norm", hidden)),
            mlpInput.stream().flatMap(norm -> norm.tensors("mlp_norm", hidden)),
            mlpOutput.stream().flatMap(norm -> norm.tensors("mlp_out_norm", hidden)))
        .flatMap(tensors -> tensors);
  }
}
