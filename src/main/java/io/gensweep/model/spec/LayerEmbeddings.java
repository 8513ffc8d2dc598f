package io.gensweep.model.spec;

import java.util.stream.Stream;

/**
 * Embeddings of tokens for each layer, beside those that go through all of them. With e a token's
 * rows here and x its embedding, a layer gets its part of {@code (norm(product(x) * productScale) +
 * e * embeddingScale) * scale}, normed layer by layer.
 *
 * @param vocab tokens that have them
 * @param width of the part of one layer
 */
public record LayerEmbeddings(
    int vocab,
    int layers,
    int width,
    NormSpec norm,
    double embeddingScale,
    double productScale,
    double scale) {

  public LayerEmbeddings {
    if (vocab < 1 || layers < 1 || width < 1) {
      throw new IllegalArgumentException(
          "vocab, layers and width >= 1 expected, were %d, %d and %d"
              .formatted(vocab, layers, width));
    }
  }

  /** Numbers of a token's rows. */
  public int size() {
    return Math.multiplyExact(layers, width);
  }

  /** The tensors beside the embeddings. */
  Stream<TensorRole> tensors(int hidden) {
    return Stream.concat(
        TensorRole.matrix("layer_product", size(), hidden, false),
        norm.tensors("layer_embedding_norm", width));
  }
}
