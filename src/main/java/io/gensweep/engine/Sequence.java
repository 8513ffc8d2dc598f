package io.gensweep.engine;

import io.gensweep.model.DecodeRow;
import io.gensweep.model.KvSequence;
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

/** Plain Java. One continuation in its slot: what it has drawn, and when it ends. */
final class Sequence {
  private final Ticket ticket;
  private final Variant variant;
  private final KvSequence kv;
  private final ContinuationText text;
  private final Draws draws;
  private final LogitsRules rules;
  private final List<Integer> eosTokenIds;
  private final BitSet stopTokenIds = new BitSet();
  private final int mostTokens;
  private int nextToken;
  private int count;
  private int[] tokenIds = new int[16];
  private float[] logprobs = new float[16];
  private float[] samplingLogprobs = new float[16];
  private final List<List<TopLogprob>> topLogprobs = new ArrayList<>(0);
  private boolean finished;

  Sequence(Ticket ticket, Variant variant, KvSequence kv, ContinuationText text, ModelShape shape) {
    SamplingConfig sampling = variant.sampling();
    int[] prompt = ticket.request().tokenIds();
    this.ticket = ticket;
    this.variant = variant;
    this.kv = kv;
    this.text = text;
    this.draws = new Draws(sampling.seed(), ticket.request().promptId(), variant.sampleIndex());
    this.eosTokenIds = shape.eosTokenIds();
    sampling.stopTokenIds().forEach(stopTokenIds::set);
    this.rules = new LogitsRules(sampling, prompt, endIds());
    this.mostTokens = mostTokens(variant, ticket.request(), shape);
    this.nextToken = prompt[prompt.length - 1];
  }

  /** Most tokens that a variant can generate. */
  static int mostTokens(Variant variant, Request request, ModelShape shape) {
    return Math.min(
        variant.sampling().maxTokens(), shape.maxModelLen() - request.tokenIds().length);
  }

  Ticket ticket() {
    return ticket;
  }

  Variant variant() {
    return variant;
  }

  KvSequence kv() {
    return kv;
  }

  boolean finished() {
    return finished;
  }

  /**
   * Feeds the last token: of the prompt at first, then the one drawn before. What top-k leaves is
   * normalised by itself, so the scaled log-sum-exp of the whole vocabulary is not asked for then.
   */
  DecodeRow decodeRow() {
    SamplingConfig sampling = variant.sampling();
    return new DecodeRow(kv, nextToken, sampling.topK() > 0 ? 0 : sampling.temperature());
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
    return Optional.of(ticket.failed(variant, failure));
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
    nextToken = drawn.tokenId();
    rules.append(nextToken);
  }

  private Optional<String> stopReason() {
    SamplingConfig sampling = variant.sampling();
    boolean eos = !sampling.ignoreEos() && eosTokenIds.contains(nextToken);
    if (eos || stopTokenIds.get(nextToken)) {
      text.end(nextToken);
      return Optional.of(Integer.toString(nextToken));
    }
    return text.append(nextToken);
  }

  private Completion complete(FinishReason reason, Optional<String> stopReason) {
    finished = true;
    return new Completion(
        ticket.request().promptId(),
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
        ticket.request().tokenIds().length,
        Optional.empty(),
        Optional.empty());
  }

  private int[] endIds() {
    return IntStream.concat(eosTokenIds.stream().mapToInt(Integer::intValue), stopTokenIds.stream())
        .toArray();
  }
}
