package io.gensweep.sampling;

import static io.gensweep.sampling.Checks.require;
import static io.gensweep.sampling.Checks.requireIds;
import static io.gensweep.sampling.Checks.requireIn;
import static io.gensweep.sampling.Checks.requireTexts;
import static io.gensweep.sampling.SamplingLimits.LEAST_REPETITION_PENALTY;
import static io.gensweep.sampling.SamplingLimits.LEAST_TEMPERATURE;
import static io.gensweep.sampling.SamplingLimits.MOST_BIAS;
import static io.gensweep.sampling.SamplingLimits.MOST_N;
import static io.gensweep.sampling.SamplingLimits.MOST_REPETITION_PENALTY;
import static io.gensweep.sampling.SamplingLimits.MOST_TEMPERATURE;
import static io.gensweep.sampling.SamplingLimits.requireFewSequences;
import static io.gensweep.sampling.SamplingLimits.requireFewTexts;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The sampling parameters of a continuation: names, meanings and defaults of vLLM's SamplingParams,
 * and of HF's GenerationConfig for what vLLM lacks. Every rule is in docs/sampling.md.
 *
 * <p>Off are: {@code topK} 0, for which -1 is accepted; {@code topP} and {@code typicalP} 1; {@code
 * minP}, the cutoffs and {@code noRepeatNgramSize} 0; an empty {@code allowedTokenIds}.
 *
 * @param badWords texts that the job turns into {@code badWordsIds}, since rules know tokens alone
 * @param badWordsIds sequences of tokens whose last cannot be drawn after the others
 * @param logprobs N asks for the N best alternatives at each position as well
 */
public record SamplingConfig(
    Profile profile,
    int n,
    int maxTokens,
    int minTokens,
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double epsilonCutoff,
    double etaCutoff,
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    int noRepeatNgramSize,
    Map<Integer, Double> logitBias,
    List<Integer> allowedTokenIds,
    List<String> badWords,
    List<List<Integer>> badWordsIds,
    long seed,
    List<String> stop,
    List<Integer> stopTokenIds,
    boolean includeStopStrInOutput,
    boolean ignoreEos,
    RepetitionDetection repetitionDetection,
    boolean skipSpecialTokens,
    int logprobs,
    boolean promptLogprobs)
    implements Serializable {
  public SamplingConfig {
    require(n >= 1 && n <= MOST_N, "n must be in [1, " + MOST_N + "]", n);
    require(maxTokens >= 1, "max_tokens must be >= 1", maxTokens);
    require(minTokens >= 0, "min_tokens must be >= 0", minTokens);
    require(minTokens <= maxTokens, "min_tokens must be <= max_tokens " + maxTokens, minTokens);
    require(
        temperature == 0 || (temperature >= LEAST_TEMPERATURE && temperature <= MOST_TEMPERATURE),
        "temperature must be 0 or in [" + LEAST_TEMPERATURE + ", " + MOST_TEMPERATURE + "]",
        temperature);
    require(topK >= -1, "top_k must be >= 0, or -1 for off", topK);
    require(topP > 0 && topP <= 1, "top_p must be in (0, 1]", topP);
    requireIn(0, 1, "min_p", minP);
    require(typicalP > 0 && typicalP <= 1, "typical_p must be in (0, 1]", typicalP);
    require(
        epsilonCutoff >= 0 && epsilonCutoff < 1, "epsilon_cutoff must be in [0, 1)", epsilonCutoff);
    require(etaCutoff >= 0 && etaCutoff < 1, "eta_cutoff must be in [0, 1)", etaCutoff);
    requireIn(
        LEAST_REPETITION_PENALTY, MOST_REPETITION_PENALTY, "repetition_penalty", repetitionPenalty);
    requireIn(-2, 2, "presence_penalty", presencePenalty);
    requireIn(-2, 2, "frequency_penalty", frequencyPenalty);
    require(noRepeatNgramSize >= 0, "no_repeat_ngram_size must be >= 0", noRepeatNgramSize);
    requireIds("logit_bias", logitBias.keySet());
    require(
        logitBias.values().stream().allMatch(b -> b != null && Math.abs(b) <= MOST_BIAS),
        "logit_bias must hold biases in [-100, 100]; allowed_token_ids and bad_words_ids forbid tokens",
        logitBias);
    requireIds("allowed_token_ids", allowedTokenIds);
    requireTexts("bad_words", badWords);
    requireFewTexts("bad_words", badWords);
    require(
        badWordsIds.stream().allMatch(ids -> ids != null && !ids.isEmpty()),
        "bad_words_ids must hold lists of ids that are not empty",
        badWordsIds);
    badWordsIds.forEach(ids -> requireIds("bad_words_ids", ids));
    requireFewSequences(badWordsIds);
    requireTexts("stop", stop);
    requireFewTexts("stop", stop);
    requireIds("stop_token_ids", stopTokenIds);
    require(logprobs >= 0, "logprobs must be >= 0", logprobs);
    topK = Math.max(topK, 0);
    logitBias = Collections.unmodifiableMap(new TreeMap<>(logitBias));
    allowedTokenIds = List.copyOf(allowedTokenIds);
    badWords = List.copyOf(badWords);
    badWordsIds = badWordsIds.stream().map(List::copyOf).toList();
    stop = List.copyOf(stop);
    stopTokenIds = List.copyOf(stopTokenIds);
  }

  public static SamplingConfig defaults() {
    return new SamplingDraft().config();
  }

  public boolean greedy() {
    return temperature == 0;
  }

  /** Whether a rule after the temperature may drop tokens. */
  boolean truncates() {
    return topK > 0 || topP < 1 || minP > 0 || typicalP < 1 || epsilonCutoff > 0 || etaCutoff > 0;
  }

  public SamplingConfig withProfile(Profile value) {
    return with(draft -> draft.profile = value);
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

  public SamplingConfig withTypicalP(double value) {
    return with(draft -> draft.typicalP = value);
  }

  public SamplingConfig withEpsilonCutoff(double value) {
    return with(draft -> draft.epsilonCutoff = value);
  }

  public SamplingConfig withEtaCutoff(double value) {
    return with(draft -> draft.etaCutoff = value);
  }

  public SamplingConfig withRepetitionPenalty(double value) {
    return with(draft -> draft.repetitionPenalty = value);
  }

  public SamplingConfig withPresencePenalty(double value) {
    return with(draft -> draft.presencePenalty = value);
  }

  public SamplingConfig withFrequencyPenalty(double value) {
    return with(draft -> draft.frequencyPenalty = value);
  }

  public SamplingConfig withNoRepeatNgramSize(int value) {
    return with(draft -> draft.noRepeatNgramSize = value);
  }

  public SamplingConfig withLogitBias(Map<Integer, Double> value) {
    return with(draft -> draft.logitBias = value);
  }

  public SamplingConfig withAllowedTokenIds(List<Integer> value) {
    return with(draft -> draft.allowedTokenIds = value);
  }

  public SamplingConfig withBadWords(List<String> value) {
    return with(draft -> draft.badWords = value);
  }

  public SamplingConfig withBadWordsIds(List<List<Integer>> value) {
    return with(draft -> draft.badWordsIds = value);
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

  public SamplingConfig withIncludeStopStrInOutput(boolean value) {
    return with(draft -> draft.includeStopStrInOutput = value);
  }

  public SamplingConfig withIgnoreEos(boolean value) {
    return with(draft -> draft.ignoreEos = value);
  }

  public SamplingConfig withRepetitionDetection(RepetitionDetection value) {
    return with(draft -> draft.repetitionDetection = value);
  }

  public SamplingConfig withSkipSpecialTokens(boolean value) {
    return with(draft -> draft.skipSpecialTokens = value);
  }

  public SamplingConfig withLogprobs(int value) {
    return with(draft -> draft.logprobs = value);
  }

  public SamplingConfig withPromptLogprobs(boolean value) {
    return with(draft -> draft.promptLogprobs = value);
  }

  private SamplingConfig with(Consumer<SamplingDraft> change) {
    SamplingDraft draft = new SamplingDraft(this);
    change.accept(draft);
    return draft.config();
  }
}
