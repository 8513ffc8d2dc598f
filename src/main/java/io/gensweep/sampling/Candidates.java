package io.gensweep.sampling;

/**
 * The most probable tokens of one row of logits, with access to the whole row.
 *
 * <p>Which of the tokens that tie with the last candidate are present is left open, so readers rely
 * on those above it only, unless {@code size() == vocabSize()}.
 */
public interface Candidates {

  /** The number of candidates, at least 1. */
  int size();

  int tokenId(int i);

  /** The model's float32 logit of a candidate, descending in {@code i}, ties by ascending id. */
  float logit(int i);

  /** Natural log-sum-exp of the model's logits over the vocabulary; NaN if a logit is NaN. */
  double logSumExp();

  /**
   * Natural log-sum-exp of logits / temperature over the vocabulary.
   *
   * @param temperature 1, or one that was asked for with the row
   */
  double logSumExp(float temperature);

  int vocabSize();

  /**
   * Makes more candidates of the row known, all of the same kind.
   *
   * @return false if only the whole row has more
   */
  boolean extend();

  /**
   * The logit of a candidate, or of a token that was asked for with the row; NaN of others, which
   * only the whole row tells.
   */
  float knownLogit(int tokenId);

  /** All logits by token id, not to be written to. Expensive. */
  float[] wholeRow();
}
