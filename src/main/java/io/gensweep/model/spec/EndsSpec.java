package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a decoder has before its first layer and after its last.
 *
 * @param tied whether the head is the embedding's matrix
 * @param embeddingScale factor of embeddings, rounded to the model's type
 * @param learnedPositions whether each position has an embedding, which is added to the token's
 * @param finalNorm before the head
 * @param headBias whether the head has one
 * @param logitScale factor of logits
 * @param logitCap where above 0, a logit l becomes {@code cap * tanh(l / cap)}
 * @param layerEmbeddings what each layer gets of the tokens beside the embedding
 */
public record EndsSpec(
    boolean tied,
    double embeddingScale,
    boolean learnedPositions,
    NormSpec finalNorm,
    boolean headBias,
    double logitScale,
    double logitCap,
    Optional<LayerEmbeddings> layerEmbeddings) {

  public EndsSpec {
    if (!(embeddingScale > 0) || !(logitScale > 0) || !(logitCap >= 0)) {
      throw new IllegalArgumentException(
          "scales > 0 and a cap >= 0 expected, were "
              + embeddingScale
              + ", "
              + logitScale
              + " and "
              + logitCap);
    }
  }

  /** Without factors and positions. */
  public static EndsSpec of(boolean tied, NormSpec finalNorm) {
    return new EndsSpec(tied, 1, false, finalNorm, false, 1, 0, Optional.empty());
  }

  EndsSpec withEmbeddingScale(double scale) {
    return new EndsSpec(
        tied, scale, learnedPositions, finalNorm, headBias, logitScale, logitCap, layerEmbeddings);
  }

  EndsSpec withLearnedPositions() {
    return new EndsSpec(
        tied, embeddingScale, true, finalNorm, headBias, logitScale, logitCap, layerEmbeddings);
  }

  EndsSpec withLogits(double scale, double cap) {
    return new EndsSpec(
        tied, embeddingScale, learnedPositions, finalNorm, headBias, scale, cap, layerEmbeddings);
  }

  EndsSpec withHeadBias() {
    return new EndsSpec(
        tied,
        embeddingScale,
        learnedPositions,
        finalNorm,
        true,
        logitScale,
        logitCap,
        layerEmbeddings);
  }

  EndsSpec withLayerEmbeddings(Optional<LayerEmbeddings> embeddings) {
    return new EndsSpec(
        tied,
        embeddingScale,
        learnedPositions,
        finalNorm,
        headBias,
        logitScale,
        logitCap,
        embeddings);
  }

  /** The tensors that are in no layer, embeddings of tokens and the head's weights left out. */
  public Stream<TensorRole> tensors(int hidden, int vocab, int positions) {
    Stream<TensorRole> learned =
        learnedPositions
            ? Stream.of(new TensorRole("positions.weight", positions, hidden))
            : Stream.empty();
    Stream<TensorRole> bias =
        headBias ? Stream.of(new TensorRole("head.bias", vocab)) : Stream.empty();
    Stream<TensorRole> ofLayers =
        layerEmbeddings.stream().flatMap(embeddings -> embeddings.tensors(hidden));
    return Stream.of(finalNorm.tensors("final_norm", hidden), learned, bias, ofLayers)
        .flatMap(tensors -> tensors);
  }
}
