package io.gensweep.output;

/** Sums log-probs of tokens. */
final class LogProbs {
  private LogProbs() {}

  /** In position order and in double: one value for one list. */
  static double sum(float[] logprobs) {
    double sum = 0;
    for (float logprob : logprobs) {
      sum += logprob;
    }
    return sum;
  }
}
