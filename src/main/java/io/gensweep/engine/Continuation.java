package io.gensweep.engine;

import io.gensweep.model.ModelShape;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Drawn;
import io.gensweep.sampling.Draws;
import io.gensweep.sampling.LogitsRules;
import io.gensweep.sampling.NonFiniteLogitsException;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A completion while it grows: what one variant has drawn so far, and when it ends. */
final class Continuation {
  private final Request<?> request;
  private final Variant variant;
  private final ContinuationText text;
  private final Draws draws;
  private final LogitsRules rules;
  private final List<Integer> eosTokenIds;
  private final BitSet stopTokenIds = new BitSet();
  private final int mostTokens;
  private int count;
  private int[] tokenIds = new int[16];
  private float[] logprobs = new float[16];
  private float[] samplingLogprobs = new float[16];
  private final List<List<TopLogprob>> topLogprobs = new ArrayList<>(0);
  private boolean finished;

  Continuation(Request<?> request, Variant variant, ContinuationText text, ModelShape shape) {
    SamplingConfig sampling = variant.sampling();
    this.request = request;
    this.variant = variant;
    this.text = text;
    this.draws = new Draws(sampling.seed(), request.promptId(), variant.sampleIndex());
    this.eosTokenIds = shape.eosTokenIds();
    sampling.stopTokenIds().forEach(stopTokenIds::set);
    this.rules = new LogitsRules(sampling, request.tokenIds(), endIds());
    this.mostTokens = mostTokens(variant, request, shape);
  }

  /** Most tokens that a variant can generate. */
  static int mostTokens(Variant variant, Request<?> request, ModelShape shape) {
    return Math.min(
        variant.sampling().maxTokens(), shape.maxModelLen() - request.tokenIds().length);
  }

  /** The prompt's tokens and those drawn so far. */
  int[] seenTokens() {
    int[] prompt = request.tokenIds();
    int[] seen = Arrays.copyOf(prompt, prompt.length + count);
    System.arraycopy(tokenIds, 0, seen, prompt.length, count);
    return seen;
  }

  Variant variant() {
    return variant;
  }

  boolean finished() {
    return finished;
  }

  /** The token drawn last. */
  int lastToken() {
    return tokenIds[count - 1];
  }

  /** Tokens whose logits its next draw looks up, besides the best. */
  BitSet lookedUp() {
    SamplingConfig sampling = variant.sampling();
    return rules.lookedUp(!sampling.greedy() && sampling.topK() <= 0);
  }

  /** Whether its next draw probably needs more than the candidates of a row. */
  boolean looksBeyond(Candidates row) {
    return Attempt.of(
        () -> Sampler.looksBeyond(row, variant.sampling(), draws.uniform(count)),
        // The draw itself will say what is wrong.
        failure -> false);
  }

  /** Draws the next token. Gives the completion if that ended it. */
  Optional<Completion> sample(Candidates row, Sampler sampler) {
    return Attempt.of(() -> next(row, sampler), this::failed);
  }

  private Optional<Completion> next(Candidates row, Sampler sampler) {
    SamplingConfig sampling = variant.sampling();
    try {
      double uniform = sampling.greedy() ? 0 : draws.uniform(count);
      append(sampler.draw(row, sampling, rules, uniform));
      if (sampling.logprobs() > 0) {
        topLogprobs.add(sampler.top(row, sampling.logprobs()));
      }
    } catch (NonFiniteLogitsException e) {
      return failed(new Failure("non_finite_logits", e.getMessage() + ", at token " + count));
    }
    Optional<String> stop = stopReason();
    if (stop.isPresent()) {
      return Optional.of(complete(FinishReason.STOP, stop));
    }
    if (count == mostTokens) {
      return Optional.of(complete(FinishReason.LENGTH, stop));
    }
    return count >= sampling.minTokens() && sampling.repetitionDetection().found(tokenIds, count)
        ? Optional.of(complete(FinishReason.REPETITION, stop))
        : Optional.empty();
  }

  private Optional<Completion> failed(Failure failure) {
    finished = true;
    return Optional.of(
        Completion.failed(request.promptId(), variant, request.tokenIds().length, failure));
  }

  private void append(Drawn drawn) {
    if (count == tokenIds.length) {
      int length = Math.min(2 * count, mostTokens);
      tokenIds = Arrays.copyOf(tokenIds, length);
      logprobs = Arrays.copyOf(logprobs, length);
      samplingLogprobs = Arrays.copyOf(samplingLogprobs, length);
    }
    tokenIds[count] = drawn.tokenId();
    logprobs[count] = drawn.logprob();
    samplingLogprobs[count] = drawn.samplingLogprob();
    count++;
    rules.append(drawn.tokenId());
  }

  private Optional<String> stopReason() {
    SamplingConfig sampling = variant.sampling();
    int last = lastToken();
    boolean eos = !sampling.ignoreEos() && eosTokenIds.contains(last);
    if (eos || stopTokenIds.get(last)) {
      text.end(last);
      return Optional.of(Integer.toString(last));
    }
    return text.append(last);
  }

  private Completion complete(FinishReason reason, Optional<String> stopReason) {
    finished = true;
    return new Completion(
        request.promptId(),
        variant.sweepPoint(),
        variant.sampleIndex(),
        variant.sampling(),
        text.text(),
        Arrays.copyOf(tokenIds, count),
        Arrays.copyOf(logprobs, count),
        Arrays.copyOf(samplingLogprobs, count),
        variant.sampling().logprobs() > 0 ? Optional.of(topLogprobs) : Optional.empty(),
        reason,
        stopReason,
        request.tokenIds().length,
        Optional.empty(),
        Optional.empty());
  }

  private int[] endIds() {
    return IntStream.concat(eosTokenIds.stream().mapToInt(Integer::intValue), stopTokenIds.stream())
        .toArray();
  }
}
