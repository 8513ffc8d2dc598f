package io.gensweep.model;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Plain Java. What a model says of given tokens.
 *
 * @param logprobs natural log of the model's own softmax at each; NaN where there is no
 *     distribution, because a logit is not a number
 * @param greedy whether each is the most likely of its position, the lowest id of those that tie
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TokenLogprobs(float[] logprobs, boolean greedy) {

  /** What was said of parts of a text, one after the other. */
  public static TokenLogprobs joined(List<TokenLogprobs> parts) {
    FloatBuffer all =
        FloatBuffer.allocate(parts.stream().mapToInt(part -> part.logprobs.length).sum());
    parts.forEach(part -> all.put(part.logprobs));
    return new TokenLogprobs(all.array(), parts.stream().allMatch(TokenLogprobs::greedy));
  }

  /** Of rows of (log-sum-exp, logit, 1 if best), as the decoder program gives them. */
  static TokenLogprobs read(DoubleBuffer rows, int count) {
    float[] logprobs = new float[count];
    boolean greedy = true;
    for (int i = 0; i < count; i++) {
      double logSumExp = rows.get();
      double logprob = rows.get() - logSumExp;
      logprobs[i] = Double.isFinite(logSumExp) ? (float) Math.min(logprob, 0) : Float.NaN;
      greedy &= rows.get() == 1;
    }
    return new TokenLogprobs(logprobs, greedy);
  }
}
