package io.gensweep.model;

import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.MlpSpec;
import io.gensweep.model.spec.TensorNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every tensor of a checkpoint that a decoder has, found and checked for its shape before any is
 * read.
 *
 * @param head empty where the checkpoint has one matrix for input and output
 */
record DecoderWeights(
    StoredTensor embedding,
    StoredTensor finalNorm,
    Optional<StoredTensor> head,
    List<Layer> layers) {

  /** A matrix [outputs, inputs], with a bias [outputs] where the decoder has one. */
  record Matrix(StoredTensor weight, Optional<StoredTensor> bias) {}

  /** The tensors of one layer. */
  record Layer(
      StoredTensor attentionNorm,
      Matrix query,
      Matrix key,
      Matrix value,
      Matrix output,
      StoredTensor mlpNorm,
      Matrix gate,
      Matrix up,
      Matrix down) {

    List<StoredTensor> weights() {
      return List.of(
          attentionNorm,
          query.weight,
          key.weight,
          value.weight,
          output.weight,
          mlpNorm,
          gate.weight,
          up.weight,
          down.weight);
    }
  }

  static DecoderWeights find(DecoderSpec spec, Checkpoint checkpoint) {
    List<Layer> layers = new ArrayList<>();
    for (LayerSpec layer : spec.layers()) {
      String prefix = spec.names().layer() + layers.size() + ".";
      layers.add(new Finder(checkpoint, prefix, spec.hiddenSize()).layer(layer, spec.names()));
    }
    Finder ends = new Finder(checkpoint, "", spec.hiddenSize());
    StoredTensor norm = ends.norm(spec.names().finalNorm());
    Optional<StoredTensor> head = ends.vocabulary(spec.names().head(), spec.vocabSize());
    Optional<StoredTensor> embedding = ends.vocabulary(spec.names().embedding(), spec.vocabSize());
    if (spec.tiedEmbeddings() && embedding.isEmpty() && head.isPresent()) {
      return new DecoderWeights(head.get(), norm, Optional.empty(), List.copyOf(layers));
    }
    if (!spec.tiedEmbeddings()) {
      head = Optional.of(ends.weight(spec.names().head(), spec.vocabSize()));
    }
    return new DecoderWeights(
        ends.weight(spec.names().embedding(), spec.vocabSize()), norm, head, List.copyOf(layers));
  }

  /** Numbers in all tensors, biases left out. */
  long elements() {
    Stream<StoredTensor> ends = Stream.of(embedding, finalNorm);
    return Stream.of(ends, head.stream(), layers.stream().flatMap(l -> l.weights().stream()))
        .flatMap(tensors -> tensors)
        .mapToLong(t -> t.shape().stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b))
        .sum();
  }

  /**
   * The output matrix where it is not the embedding. A config that ties the two is wrong about a
   * checkpoint whose matrices differ, and transformers believes the checkpoint.
   */
  Optional<StoredTensor> ownHead(boolean tied) {
    return head.filter(matrix -> !tied || !matrix.sameBytes(embedding));
  }

  /** Looks tensors up under a prefix, in a decoder whose activations have {@code hidden} values. */
  private record Finder(Checkpoint checkpoint, String prefix, int hidden) {

    Layer layer(LayerSpec layer, TensorNames names) {
      AttentionSpec attention = layer.attention();
      MlpSpec.Gated mlp = (MlpSpec.Gated) layer.mlp();
      boolean qkvBias = attention.qkvBias();
      return new Layer(
          norm(names.attentionNorm()),
          matrix(names.query(), attention.width(), hidden, qkvBias),
          matrix(names.key(), attention.kvWidth(), hidden, qkvBias),
          matrix(names.value(), attention.kvWidth(), hidden, qkvBias),
          matrix(names.output(), hidden, attention.width(), attention.outputBias()),
          norm(names.mlpNorm()),
          matrix(names.gate(), mlp.size(), hidden, mlp.bias()),
          matrix(names.up(), mlp.size(), hidden, mlp.bias()),
          matrix(names.down(), hidden, mlp.size(), mlp.bias()));
    }

    StoredTensor norm(String name) {
      return checkpoint.tensor(prefix + name + ".weight", hidden);
    }

    StoredTensor weight(String name, int rows) {
      return checkpoint.tensor(prefix + name + ".weight", rows, hidden);
    }

    Optional<StoredTensor> vocabulary(String name, int rows) {
      return checkpoint.find(prefix + name + ".weight", rows, hidden);
    }

    private Matrix matrix(String name, int outputs, int inputs, boolean bias) {
      return new Matrix(
          checkpoint.tensor(prefix + name + ".weight", outputs, inputs),
          bias
              ? Optional.of(checkpoint.tensor(prefix + name + ".bias", outputs))
              : Optional.empty());
    }
  }
}
