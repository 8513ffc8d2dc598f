package io.gensweep.engine;

import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Drawn;
import io.gensweep.sampling.Draws;
import io.gensweep.sampling.LogitsRules;
import io.gensweep.sampling.NonFiniteLogitsException;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What the engine must give, by generating one continuation at a time without any KV cache. */
final class PlainGeneration {
  private PlainGeneration() {}

  static Map<String, String> all(List<Request<Completion>> requests, int maxModelLen, int poison) {
    Map<String, String> lines = new TreeMap<>();
    for (Request<Completion> request : requests) {
      for (Variant variant : request.variants()) {
        lines.put(key(request, variant), line(request, variant, maxModelLen, poison));
      }
    }
    return lines;
  }

  static String key(Request<?> request, Variant variant) {
    return request.promptId() + "/" + variant.sweepPoint() + "/" + variant.sampleIndex();
  }

  static String key(Completion completion) {
    return completion.promptId() + "/" + completion.sweepPoint() + "/" + completion.sampleIndex();
  }

  static String line(Completion completion) {
    return Arrays.toString(completion.tokenIds())
        + Arrays.toString(completion.logprobs())
        + Arrays.toString(completion.samplingLogprobs())
        + completion.finishReason()
        + completion.stopReason().orElse("-")
        + completion.failure().map(Failure::kind).orElse("-");
  }

  private static String line(Request<?> request, Variant variant, int maxModelLen, int poison) {
    SamplingConfig sampling = variant.sampling();
    int[] history = request.tokenIds();
    if (history.length == 0) {
      return "[][][]ERROR-empty_prompt";
    }
    if (history.length >= maxModelLen) {
      return "[][][]ERROR-prompt_too_long";
    }
    int[] ends =
        IntStream.concat(IntStream.of(0), sampling.stopTokenIds().stream().mapToInt(id -> id))
            .toArray();
    LogitsRules rules = new LogitsRules(sampling, history, ends);
    Draws draws = new Draws(sampling.seed(), request.promptId(), variant.sampleIndex());
    Sampler sampler = new Sampler();
    int count = 0;
    float[] logprobs = {};
    float[] samplingLogprobs = {};
    String reason = "";
    while (reason.isEmpty()) {
      Drawn drawn;
      try {
        Candidates row = HashModel.candidates(history, HashModel.VOCAB, poison);
        drawn = sampler.draw(row, sampling, rules, draws.uniform(count));
      } catch (NonFiniteLogitsException e) {
        return "[][][]ERROR-non_finite_logits";
      }
      rules.append(drawn.tokenId());
      history = Arrays.copyOf(history, history.length + 1);
      history[history.length - 1] = drawn.tokenId();
      logprobs = Arrays.copyOf(logprobs, count + 1);
      logprobs[count] = drawn.logprob();
      samplingLogprobs = Arrays.copyOf(samplingLogprobs, count + 1);
      samplingLogprobs[count] = drawn.samplingLogprob();
      count++;
      boolean eos = drawn.tokenId() == 0 && !sampling.ignoreEos();
      if (eos || sampling.stopTokenIds().contains(drawn.tokenId())) {
        reason = "STOP" + drawn.tokenId();
      } else if (count == sampling.maxTokens() || history.length == maxModelLen) {
        reason = "LENGTH-";
      }
    }
    int[] generated = Arrays.copyOfRange(history, history.length - count, history.length);
    return Arrays.toString(generated)
        + Arrays.toString(logprobs)
        + Arrays.toString(samplingLogprobs)
        + reason
        + "-";
  }
}
