package io.gensweep.model.spec;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A decoder: an embedding, layers, a final norm and a head.
 *
 * @param maxPositions longest context, in tokens
 * @param dtype of the checkpoint, as its config names it
 * @param ropes rotary tables, which layers name by their index here
 */
public record DecoderSpec(
    int vocabSize,
    int hiddenSize,
    int maxPositions,
    String dtype,
    EndsSpec ends,
    List<RopeSpec> ropes,
    List<LayerSpec> layers,
    TensorNames names) {

  public DecoderSpec {
    if (vocabSize < 1 || hiddenSize < 1 || maxPositions < 1 || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "vocabSize, hiddenSize and maxPositions >= 1 and a layer expected, were "
              + List.of(vocabSize, hiddenSize, maxPositions, layers.size()));
    }
    ropes = List.copyOf(ropes);
    if (ropes.size() > 1
        && ropes.stream().anyMatch(r -> r.scaling() instanceof RopeScaling.LongRope)) {
      throw new JobError(
          "config.json: rope_type longrope is supported for all layers only, not by layer type");
    }
    // Not copied: a config may claim more layers than fit in memory, and the checkpoint disproves
    // it.
    layers = Collections.unmodifiableList(layers);
  }

  /** Attention of the layers that have it. */
  public Stream<AttentionSpec> attention() {
    return layers.stream()
        .map(LayerSpec::mixer)
        .filter(AttentionSpec.class::isInstance)
        .map(AttentionSpec.class::cast);
  }

  /** Bytes that a sequence takes whatever its length; 0 where all layers have attention. */
  public long stateBytes(DType dtype) {
    return layers.stream()
        .map(LayerSpec::mixer)
        .filter(DeltaSpec.class::isInstance)
        .mapToLong(mixer -> ((DeltaSpec) mixer).stateBytes(dtype.cacheBytes()))
        .sum();
  }

  /** Bytes that the keys and values of one token take in the KV cache, over all layers. */
  public long kvBytesPerToken(DType dtype) {
    return attention().mapToLong(each -> 2L * each.kvWidth()).sum() * dtype.cacheBytes();
  }
}
