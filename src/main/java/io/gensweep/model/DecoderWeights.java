package io.gensweep.model;

import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.TensorRole;
import io.gensweep.model.weights.Checkpoint;
import io.gensweep.model.weights.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every tensor of a checkpoint that a decoder has, found and checked for its shape before any is
 * read.
 *
 * @param head empty where the checkpoint has one matrix for input and output
 * @param layerEmbedding of tokens, for each layer beside the embedding
 * @param ends what else is in no layer, by {@link TensorRole#role}
 * @param layers tensors of each layer, by their roles
 */
record DecoderWeights(
    StoredTensor embedding,
    Optional<StoredTensor> head,
    Optional<StoredTensor> layerEmbedding,
    Map<String, StoredTensor> ends,
    List<Map<String, StoredTensor>> layers) {

  static DecoderWeights find(DecoderSpec spec, Checkpoint checkpoint) {
    TensorFinder finder = new TensorFinder(spec, checkpoint);
    List<Map<String, StoredTensor>> layers = new ArrayList<>();
    for (LayerSpec layer : spec.layers()) {
      layers.add(finder.layer(layer, layers.size()));
    }
    Map<String, StoredTensor> ends = finder.ends();
    Optional<StoredTensor> ofLayers = finder.layerEmbedding();
    Optional<StoredTensor> head = finder.vocabulary("head");
    Optional<StoredTensor> embedding = finder.vocabulary("embedding");
    boolean tied = spec.ends().tied();
    if (tied && embedding.isEmpty() && head.isPresent()) {
      return new DecoderWeights(head.get(), Optional.empty(), ofLayers, ends, layers);
    }
    if (!tied && head.isEmpty()) {
      throw finder.missing("head");
    }
    return new DecoderWeights(
        embedding.orElseThrow(() -> finder.missing("embedding")), head, ofLayers, ends, layers);
  }

  /** Numbers in all tensors, biases left out. */
  long elements() {
    Stream<StoredTensor> inLayers =
        layers.stream()
            .flatMap(layer -> layer.entrySet().stream())
            .filter(entry -> !entry.getKey().endsWith(".bias"))
            .map(Map.Entry::getValue);
    return Stream.of(
            Stream.of(embedding),
            head.stream(),
            layerEmbedding.stream(),
            ends.values().stream(),
            inLayers)
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
}
