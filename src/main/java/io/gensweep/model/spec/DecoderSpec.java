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
    requireKeptKv(layers);
    // Not copied: a config may claim more layers than fit in memory, and the checkpoint disproves
    // it.
    layers = Collections.unmodifiableList(layers);
  }

  /** Layers that read the keys and values of another read what that one keeps. */
  private static void requireKeptKv(List<LayerSpec> layers) {
    for (LayerSpec layer : layers) {
      if (layer.mixer() instanceof AttentionSpec reader
          && reader.kv() instanceof KvSource.OfLayer source
          && !(layers.get(source.number()).mixer() instanceof AttentionSpec kept
              && kept.hasOwnKv()
              && kept.kvHeads() == reader.kvHeads()
              && kept.headDim() == reader.headDim()
              && kept.window() == reader.window())) {
        throw new IllegalArgumentException(
            "layer " + source.number() + " keeps no keys and values of such heads and window");
      }
    }
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
    long width =
        attention().filter(AttentionSpec::hasOwnKv).mapToLong(each -> each.kvWidth()).sum();
    return 2 * width * dtype.cacheBytes();
  }
}
