package io.gensweep.model.spec;

import io.gensweep.job.JobError;

/**
 * Attention of a layer: query heads in groups, each group with one head of keys and values.
 *
 * @param scale of the scores, before the softmax
 * @param mask which positions a token attends to
 * @param rope index of the rotary table
 * @param qkvBias whether the matrices of queries, keys and values have biases
 * @param outputBias whether the output's matrix has one
 */
public record AttentionSpec(
    int heads,
    int kvHeads,
    int headDim,
    double scale,
    AttentionMask mask,
    int rope,
    boolean qkvBias,
    boolean outputBias) {

  /** Sizes are computed in ints; this is far above any model's. */
  private static final int MAX_WIDTH = 1 << 24;

  public AttentionSpec {
    if (heads % kvHeads != 0) {
      throw new JobError(
          "config.json: num_attention_heads "
              + heads
              + " must be a multiple of num_key_value_heads "
              + kvHeads);
    }
    if (headDim % 2 != 0) {
      throw new JobError("config.json: head_dim must be even, was " + headDim);
    }
    if ((long) heads * headDim > MAX_WIDTH) {
      throw new JobError(
          "config.json: num_attention_heads x head_dim must be at most "
              + MAX_WIDTH
              + ", was "
              + heads
              + " x "
              + headDim);
    }
    if (!(scale > 0) || rope < 0) {
      throw new IllegalArgumentException(
          "scale > 0 and rope >= 0 expected, were " + scale + " and " + rope);
    }
  }

  /** Width of all query heads together. */
  public int width() {
    return heads * headDim;
  }

  /** Width of all heads of keys, and of values. */
  public int kvWidth() {
    return kvHeads * headDim;
  }
}
