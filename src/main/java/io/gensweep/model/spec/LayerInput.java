package io.gensweep.model.spec;

import java.util.stream.Stream;

/**
 * What a layer takes of the tokens themselves, after its blocks ({@link LayerEmbeddings}). With p
 * its part of a token's embeddings it adds {@code norm(down(activation(up(x)) * p))} to x.
 */
public record LayerInput(MlpSpec.Plain mlp, NormSpec norm) {
  Stream<TensorRole> tensors(int hidden) {
    return Stream.concat(
        mlp.tensors("layer_input.", hidden), norm.tensors("layer_input_norm", hidden));
  }
}
