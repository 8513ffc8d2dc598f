package io.gensweep.sampling;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Plain Java. How continuations are drawn: names, meanings and defaults of vLLM's SamplingParams.
 *
 * <p>{@code topK} 0 means off; -1 is accepted for it. {@code logprobs} N asks for the N best
 * alternatives at each position as well.
 */
public record SamplingConfig(
    int n,
    int maxTokens,
    int minTokens,
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    long seed,
    List<String> stop,
    List<Integer> stopTokenIds,
    boolean ignoreEos,
    int logprobs,
    boolean promptLogprobs)
    implements Serializable {

  public SamplingConfig {
    require(n >= 1, "n must be >= 1", n);
    require(maxTokens >= 1, "max_tokens must be >= 1", maxTokens);
    require(minTokens >= 0, "min_tokens must be >= 0", minTokens);
    require(minTokens <= maxTokens, "min_tokens must be <= max_tokens " + maxTokens, minTokens);
    require(
        temperature >= 0 && Double.isFinite(temperature),
        "temperature must be >= 0 and finite",
        temperature);
    require(topK >= -1, "top_k must be >= 0, or -1 for off", topK);
    require(topP > 0 && topP <= 1, "top_p must be in (0, 1]", topP);
    require(minP >= 0 && minP <= 1, "min_p must be in [0, 1]", minP);
    require(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "repetition_penalty must be > 0 and finite",
        repetitionPenalty);
    require(
        presencePenalty >= -2 && presencePenalty <= 2,
        "presence_penalty must be in [-2, 2]",
        presencePenalty);
    require(
        frequencyPenalty >= -2 && frequencyPenalty <= 2,
        "frequency_penalty must be in [-2, 2]",
        frequencyPenalty);
    require(
        stop.stream().allMatch(text -> text != null && !text.isEmpty()),
        "stop must hold texts that are not empty",
        stop.stream().map(text -> '"' + text + '"').toList());
    require(
        stopTokenIds.stream().allMatch(id -> id != null && id >= 0),
        "stop_token_ids must hold ids >= 0",
        stopTokenIds);
    require(logprobs >= 0, "logprobs must be >= 0", logprobs);
    topK = Math.max(topK, 0);
    stop = List.copyOf(stop);
    stopTokenIds = List.copyOf(stopTokenIds);
  }

  public static SamplingConfig defaults() {
    return new SamplingConfig(
        1, 128, 0, 1.0, 0, 1.0, 0.0, 1.0, 0.0, 0.0, 0, List.of(), List.of(), false, 0, false);
  }

  public boolean greedy() {
    return temperature == 0;
  }

  public SamplingConfig withN(int value) {
    return with(draft -> draft.n = value);
  }

  public SamplingConfig withMaxTokens(int value) {
    return with(draft -> draft.maxTokens = value);
  }

  public SamplingConfig withMinTokens(int value) {
    return with(draft -> draft.minTokens = value);
  }

  public SamplingConfig withTemperature(double value) {
    return with(draft -> draft.temperature = value);
  }

  public SamplingConfig withTopK(int value) {
    return with(draft -> draft.topK = value);
  }

  public SamplingConfig withTopP(double value) {
    return with(draft -> draft.topP = value);
  }

  public SamplingConfig withMinP(double value) {
    return with(draft -> draft.minP = value);
  }

  public SamplingConfig withSeed(long value) {
    return with(draft -> draft.seed = value);
  }

  public SamplingConfig withStop(List<String> value) {
    return with(draft -> draft.stop = value);
  }

  public SamplingConfig withStopTokenIds(List<Integer> value) {
    return with(draft -> draft.stopTokenIds = value);
  }

  public SamplingConfig withIgnoreEos(boolean value) {
    return with(draft -> draft.ignoreEos = value);
  }

  public SamplingConfig withLogprobs(int value) {
    return with(draft -> draft.logprobs = value);
  }

  private SamplingConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.config();
  }

  private static void require(boolean holds, String rule, Object was) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + Objects.toString(was));
    }
  }

  /** The values of a config while one of them changes. */
  private static final class Draft {
    private final SamplingConfig from;
    private int n;
    private int maxTokens;
    private int minTokens;
    private double temperature;
    private int topK;
    private double topP;
    private double minP;
    private long seed;
    private List<String> stop;
    private List<Integer> stopTokenIds;
    private boolean ignoreEos;
    private int logprobs;

    Draft(SamplingConfig from) {
      this.from = from;
      n = from.n;
      maxTokens = from.maxTokens;
      minTokens = from.minTokens;
      temperature = from.temperature;
      topK = from.topK;
      topP = from.topP;
      minP = from.minP;
      seed = from.seed;
      stop = from.stop;
      stopTokenIds = from.stopTokenIds;
      ignoreEos = from.ignoreEos;
      logprobs = from.logprobs;
    }

    SamplingConfig config() {
      return new SamplingConfig(
          n,
          maxTokens,
          minTokens,
          temperature,
          topK,
          topP,
          minP,
          from.repetitionPenalty,
          from.presencePenalty,
          from.frequencyPenalty,
          seed,
          stop,
          stopTokenIds,
          ignoreEos,
          logprobs,
          from.promptLogprobs);
    }
  }
}
