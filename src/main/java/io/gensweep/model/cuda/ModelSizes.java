package io.gensweep.model.cuda;

import io.gensweep.job.DType;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.MlpSpec;
import io.gensweep.model.spec.NormSpec;

/**
 * Sizes and numbers of a decoder whose layers are all alike.
 *
 * @param inner width between the matrices of the MLP
 * @param head width of a head
 * @param vocab tokens that have a logit
 * @param scale of attention's scores
 * @param window positions that a token sees, its own counted
 * @param eps of its norms
 * @param headEps of the norms of heads; 0 where it has none
 * @param bytes of an element
 */
public record ModelSizes(
    int hidden,
    int inner,
    int layers,
    int heads,
    int kvHeads,
    int head,
    int vocab,
    double scale,
    int window,
    double eps,
    double headEps,
    int bytes) {
  /** The head has rows of zeros up to a multiple of this. */
  private static final int VOCAB_UNIT = 64;

  /** More positions than any context has. */
  private static final int ALL = 1 << 30;

  /** Of a decoder that {@link Coverage} finds no fault with. */
  public static ModelSizes of(DecoderSpec spec, DType dtype) {
    LayerSpec layer = spec.layers().get(0);
    AttentionSpec attention = (AttentionSpec) layer.mixer();
    return new ModelSizes(
        spec.hiddenSize(),
        ((MlpSpec.Gated) layer.mlp()).size(),
        spec.layers().size(),
        attention.heads(),
        attention.kvHeads(),
        attention.headDim(),
        spec.vocabSize(),
        attention.scores().scale(),
        attention.window() == 0 ? ALL : attention.window(),
        spec.ends().finalNorm().epsilon(),
        attention.headNorm().map(norm -> norm.norm()).map(NormSpec::epsilon).orElse(0.0),
        dtype.cacheBytes());
  }

  /** Outputs of the products of queries, keys and values. */
  public int qkv() {
    return (heads + 2 * kvHeads) * head;
  }

  /** Outputs of all query heads. */
  public int queries() {
    return heads * head;
  }

  /** Rows of the head's matrix. */
  public int logits() {
    return Launches.ceilDiv(vocab, VOCAB_UNIT) * VOCAB_UNIT;
  }

  boolean normsHeads() {
    return headEps > 0;
  }

  /** Elements of one layer's keys, or values, in a block of {@code positions}. */
  public long blockPart(int positions) {
    return (long) kvHeads * head * positions;
  }

  /** Elements of a block: keys and values of all layers. */
  public long block(int positions) {
    return 2L * layers * blockPart(positions);
  }
}
