package io.gensweep.report.measure;

/**
 * A completion as the measures need it.
 *
 * @param point index among all points of the report
 * @param logprobs natural, of the model's own distribution
 * @param samplingLogprob sum of the log-probs in the distribution that was drawn from
 * @param scores by scorer; not a number where one could not score it
 * @param votes by scorer, the answer it stands for; null where it has no vote
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Draw(
    int point,
    int sample,
    String finishReason,
    int[] tokenIds,
    float[] logprobs,
    double cumulativeLogprob,
    double samplingLogprob,
    double[] scores,
    String[] votes) {
  int tokens() {
    return tokenIds.length;
  }

  double meanLogprob() {
    return tokens() == 0 ? 0 : cumulativeLogprob / tokens();
  }
}
