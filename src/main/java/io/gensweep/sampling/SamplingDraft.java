package io.gensweep.sampling;

import java.util.List;
import java.util.Map;

/** Plain Java. The values of a {@link SamplingConfig} while some of them change. */
final class SamplingDraft {
  Profile profile;
  int n;
  int maxTokens;
  int minTokens;
  double temperature;
  int topK;
  double topP;
  double minP;
  double typicalP;
  double epsilonCutoff;
  double etaCutoff;
  double repetitionPenalty;
  double presencePenalty;
  double frequencyPenalty;
  int noRepeatNgramSize;
  Map<Integer, Double> logitBias;
  List<Integer> allowedTokenIds;
  List<String> badWords;
  List<List<Integer>> badWordsIds;
  long seed;
  List<String> stop;
  List<Integer> stopTokenIds;
  boolean includeStopStrInOutput;
  boolean ignoreEos;
  RepetitionDetection repetitionDetection;
  boolean skipSpecialTokens;
  int logprobs;
  boolean promptLogprobs;

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
