package io.gensweep.sampling;

import java.util.List;
import java.util.Map;

/**
 * Builds a {@link SamplingConfig} from the defaults or another one by setting some values. What is
 * not told here is 0 or false.
 */
final class SamplingDraft {
  Profile profile = Profile.HF;
  int n = 1;
  int maxTokens = 128;
  int minTokens;
  double temperature = 1;
  int topK;
  double topP = 1;
  double minP;
  double typicalP = 1;
  double epsilonCutoff;
  double etaCutoff;
  double repetitionPenalty = 1;
  double presencePenalty;
  double frequencyPenalty;
  int noRepeatNgramSize;
  Map<Integer, Double> logitBias = Map.of();
  List<Integer> allowedTokenIds = List.of();
  List<String> badWords = List.of();
  List<List<Integer>> badWordsIds = List.of();
  long seed;
  List<String> stop = List.of();
  List<Integer> stopTokenIds = List.of();
  boolean includeStopStrInOutput;
  boolean ignoreEos;
  RepetitionDetection repetitionDetection = RepetitionDetection.OFF;
  boolean skipSpecialTokens = true;
  int logprobs;
  boolean promptLogprobs;

  SamplingDraft() {}

  SamplingDraft(SamplingConfig from) {
    profile = from.profile();
    n = from.n();
    maxTokens = from.maxTokens();
    minTokens = from.minTokens();
    temperature = from.temperature();
    topK = from.topK();
    topP = from.topP();
    minP = from.minP();
    typicalP = from.typicalP();
    epsilonCutoff = from.epsilonCutoff();
    etaCutoff = from.etaCutoff();
    repetitionPenalty = from.repetitionPenalty();
    presencePenalty = from.presencePenalty();
    frequencyPenalty = from.frequencyPenalty();
    noRepeatNgramSize = from.noRepeatNgramSize();
    logitBias = from.logitBias();
    allowedTokenIds = from.allowedTokenIds();
    badWords = from.badWords();
    badWordsIds = from.badWordsIds();
    seed = from.seed();
    stop = from.stop();
    stopTokenIds = from.stopTokenIds();
    includeStopStrInOutput = from.includeStopStrInOutput();
    ignoreEos = from.ignoreEos();
    repetitionDetection = from.repetitionDetection();
    skipSpecialTokens = from.skipSpecialTokens();
    logprobs = from.logprobs();
    promptLogprobs = from.promptLogprobs();
  }

  SamplingConfig config() {
    return new SamplingConfig(
        profile,
        n,
        maxTokens,
        minTokens,
        temperature,
        topK,
        topP,
        minP,
        typicalP,
        epsilonCutoff,
        etaCutoff,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        noRepeatNgramSize,
        logitBias,
        allowedTokenIds,
        badWords,
        badWordsIds,
        seed,
        stop,
        stopTokenIds,
        includeStopStrInOutput,
        ignoreEos,
        repetitionDetection,
        skipSpecialTokens,
        logprobs,
        promptLogprobs);
  }
}
