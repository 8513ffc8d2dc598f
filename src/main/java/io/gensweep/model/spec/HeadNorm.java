package io.gensweep.model.spec;

import java.util.stream.Stream;

/** Norms of queries and of keys, each with weights of its own. */
public record HeadNorm(NormSpec norm, Place place) {
  /** Where they stand, and over what. */
  public enum Place {
    /** Over each head, before the rotation. */
    BEFORE_ROTATION,
    /** Over each head, after the rotation. */
    AFTER_ROTATION,
    /** Over all heads at once, before the rotation. */
    WHOLE_WIDTH,
    /** Over each head, with weights for each head, before the rotation. */
    WEIGHTS_BY_HEAD
  }

  /** The weights of one of the two. */
  Stream<TensorRole> tensors(String role, int heads, int headDim) {
    return switch (place) {
      case BEFORE_ROTATION, AFTER_ROTATION -> norm.tensors(role, headDim);
      case WHOLE_WIDTH -> norm.tensors(role, heads * headDim);
      case WEIGHTS_BY_HEAD -> norm.tensors(role, heads, headDim);
    };
  }
}
