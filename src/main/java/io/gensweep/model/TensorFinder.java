package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.RopeSpec;
import io.gensweep.model.spec.TensorRole;
import io.gensweep.model.spec.TensorSource;
import io.gensweep.model.weights.Checkpoint;
import io.gensweep.model.weights.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the tensors of a decoder in a checkpoint, each with the rows and the order that it wants.
 */
record TensorFinder(DecoderSpec spec, Checkpoint checkpoint) {

  /** The tensors of a layer by their roles. */
  Map<String, StoredTensor> layer(LayerSpec layer, int number) {
    String prefix = spec.names().layer() + number + ".";
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    layer
        .tensors(spec.hiddenSize())
        .forEach(
            role ->
                tensors.put(
                    role.role(),
                    inHalves(find(prefix, spec.names().within(role), role), role, layer)));
    return tensors;
  }

  /** Those in no layer, without the embedding's and the head's. */
  Map<String, StoredTensor> ends() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    spec.ends()
        .tensors(spec.hiddenSize(), spec.vocabSize(), spec.maxPositions())
        .forEach(role -> tensors.put(role.role(), find("", spec.names().end(role), role)));
    return tensors;
  }

  /** The embedding's or the head's matrix. */
  Optional<StoredTensor> vocabulary(String name) {
    return checkpoint.find(vocabularyName(name), spec.vocabSize(), spec.hiddenSize());
  }

  /** The embeddings of tokens for each layer, where the decoder has them. */
  Optional<StoredTensor> layerEmbedding() {
    return spec.ends()
        .layerEmbeddings()
        .map(each -> new TensorRole("layer_embedding.weight", List.of(each.vocab(), each.size())))
        .map(role -> find("", spec.names().end(role), role));
  }

  JobError missing(String name) {
    return checkpoint.missing(vocabularyName(name));
  }

  private String vocabularyName(String name) {
    return spec.names().end(new TensorRole(name + ".weight", List.of())).weight();
  }

  private StoredTensor find(String prefix, TensorSource source, TensorRole role) {
    String name = prefix + (role.isBias() ? source.bias() : source.weight());
    if (source.otherwise().isPresent() && !checkpoint.has(name)) {
      return find(prefix, source.otherwise().get(), role);
    }
    StoredTensor stored = checkpoint.tensor(name, storedShape(source, role));
    if (source.flat()) {
      stored = stored.flattened();
    }
    if (source.matrix().isPresent()) {
      int number = source.matrix().get().number();
      stored = role.isBias() ? stored.vector(number) : stored.matrix(number);
    }
    if (source.transposed() && !role.isBias()) {
      stored = stored.transposed();
    }
    if (source.rows().isEmpty()) {
      return stored;
    }
    TensorSource.RowPattern rows = source.rows().get();
    return rows.count() == 1
        ? stored.rows(rows.first(), rows.first() + rows.chunk())
        : stored.ordered(rows.numbers());
  }

  /** The shape of the tensor that has what a role needs. */
  private static long[] storedShape(TensorSource source, TensorRole role) {
    List<Integer> shape = role.shape();
    int rows = source.rows().map(TensorSource.RowPattern::total).orElse(shape.get(0));
    IntStream sizes = IntStream.of(rows);
    if (shape.size() == 2) {
      int columns = shape.get(1);
      sizes = source.transposed() ? IntStream.of(columns, rows) : IntStream.of(rows, columns);
      sizes = source.flat() ? IntStream.of(rows, 1, columns) : sizes;
    }
    IntStream matrices = source.matrix().stream().mapToInt(TensorSource.MatrixNumber::count);
    return IntStream.concat(matrices, sizes).asLongStream().toArray();
  }

  /**
   * Where a family rotates neighbours against each other, queries and keys are put into the order
   * in which halves are rotated. Their products are the same, added in another order.
   */
  private StoredTensor inHalves(StoredTensor tensor, TensorRole role, LayerSpec layer) {
    boolean rotated = role.name().startsWith("query") || role.name().startsWith("key");
    if (!rotated
        || !(layer.mixer() instanceof AttentionSpec attention)
        || attention.rope().isEmpty()) {
      return tensor;
    }
    RopeSpec rope = spec.ropes().get(attention.rope().getAsInt());
    if (!rope.interleaved()) {
      return tensor;
    }
    int[] head = inHalves(rope.width(), attention.headDim());
    boolean byHead = role.name().endsWith("_norm") && role.shape().size() == 2;
    if (byHead) {
      return tensor.transposed().ordered(head).transposed();
    }
    int heads = role.shape().get(0) / attention.headDim();
    return tensor.ordered(
        IntStream.range(0, heads)
            .flatMap(i -> IntStream.of(head).map(row -> i * attention.headDim() + row))
            .toArray());
  }

  /** The even ones of the first {@code width}, the odd ones, then the rest. */
  private static int[] inHalves(int width, int headDim) {
    return IntStream.range(0, headDim)
        .map(
            i -> {
              int half = width / 2;
              boolean first = i < half;
              int turned = first ? 2 * i : 2 * (i - half) + 1;
              return i < width ? turned : i;
            })
        .toArray();
  }
}
