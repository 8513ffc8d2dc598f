package io.gensweep.engine;

import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.util.List;
import java.util.Optional;

/**
 * Plain Java. One continuation, or how it failed: a row of the output.
 *
 * @param text without the stop token and cut before the stop string, unless they are included
 * @param tokenIds what was generated, the stop token included
 * @param logprobs natural log of the model's own softmax at each of them
 * @param samplingLogprobs natural log of the distribution each was drawn from; 0 for greedy
 * @param topLogprobs the best alternatives at each position, if {@code logprobs} > 0 was asked for
 * @param stopReason the stop string, or the id of the stop token
 * @param promptLogprobs natural log of the model's own softmax at each token of the prompt but the
 *     first, if they were asked for
 * @param failure present if and only if the finish reason is ERROR
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Completion(
    String promptId,
    int sweepPoint,
    int sampleIndex,
    SamplingConfig sampling,
    String text,
    int[] tokenIds,
    float[] logprobs,
    float[] samplingLogprobs,
    Optional<List<List<TopLogprob>>> topLogprobs,
    FinishReason finishReason,
    Optional<String> stopReason,
    int promptTokens,
    Optional<float[]> promptLogprobs,
    Optional<Failure> failure)
    implements Answer {

  public Completion {
    int count = tokenIds.length;
    require(logprobs.length == count, "logprobs", count, logprobs.length);
    require(samplingLogprobs.length == count, "sampling_logprobs", count, samplingLogprobs.length);
    topLogprobs = topLogprobs.map(List::copyOf);
    topLogprobs.ifPresent(
        tops -> require(tops.size() == count, "top_logprobs", count, tops.size()));
    if (promptTokens < 0) {
      throw new IllegalArgumentException("prompt_tokens must be >= 0, was " + promptTokens);
    }
    if (stopReason.isPresent() != (finishReason == FinishReason.STOP)) {
      throw new IllegalArgumentException(
          "stop_reason goes with finish_reason STOP, was " + stopReason + " with " + finishReason);
    }
    if (failure.isPresent() != (finishReason == FinishReason.ERROR)) {
      throw new IllegalArgumentException(
          "failure goes with finish_reason ERROR, was " + failure + " with " + finishReason);
    }
  }

  /** A completion that has nothing but its key and its failure. */
  public static Completion failed(
      String promptId, Variant variant, int promptTokens, Failure failure) {
    return new Completion(
        promptId,
        variant.sweepPoint(),
        variant.sampleIndex(),
        variant.sampling(),
        "",
        new int[0],
        new float[0],
        new float[0],
        Optional.empty(),
        FinishReason.ERROR,
        Optional.empty(),
        promptTokens,
        Optional.empty(),
        Optional.of(failure));
  }

  Completion withPromptLogprobs(float[] logprobs) {
    return new Completion(
        promptId,
        sweepPoint,
        sampleIndex,
        sampling,
        text,
        tokenIds,
        this.logprobs,
        samplingLogprobs,
        topLogprobs,
        finishReason,
        stopReason,
        promptTokens,
        Optional.of(logprobs),
        failure);
  }

  private static void require(boolean holds, String name, int count, int was) {
    if (!holds) {
      throw new IllegalArgumentException(
          name + " must have one entry per token: " + count + ", was " + was);
    }
  }
}
