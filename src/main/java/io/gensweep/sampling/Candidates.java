package io.gensweep.sampling;

/**
 * The best tokens of one row of logits, still able to fetch the whole row.
 *
 * <p>Which of the tokens that tie with the last candidate are present is left open, so readers rely
 * on those above it only, unless {@code size() == vocabSize()}.
 */
public interface Candidates {

  /** At least 1. */
  int size();

  int tokenId(int i);

  /** Descending in {@code i}; ties by ascending id. Float32, as the model gave it. */
  float logit(int i);

  /** Natural log, over the whole vocabulary, of the model's own logits; NaN if a logit is NaN. */
  double logSumExp();

  /** The same of logits / temperature of the row; unspecified for a greedy row. */
  double scaledLogSumExp();

  int vocabSize();

  /** All logits by token id, not to be written to. Expensive. */
  float[] wholeRow();
}
