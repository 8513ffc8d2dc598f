package io.gensweep.engine;

import java.util.Optional;

/**
 * Plain Java. The log-probs of one given text, or why there are none: a row of the output.
 *
 * @param referenceIndex which of the texts of its prompt
 * @param tokenIds the text's tokens
 * @param logprobs natural log of the model's own softmax at each of them
 * @param greedy whether greedy decoding would have drawn them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Score(
    String promptId,
    int referenceIndex,
    int[] tokenIds,
    float[] logprobs,
    boolean greedy,
    Optional<Failure> failure)
    implements Answer {

  public Score {
    if (logprobs.length != tokenIds.length) {
      throw new IllegalArgumentException(
          "logprobs must have one entry per token: "
              + tokenIds.length
              + ", was "
              + logprobs.length);
    }
  }

  /** A score that has nothing but its key and its failure. */
  public static Score failed(String promptId, int referenceIndex, Failure failure) {
    return new Score(
        promptId, referenceIndex, new int[0], new float[0], false, Optional.of(failure));
  }
}
