package io.gensweep.bench;

import io.gensweep.sampling.SamplingConfig;

/** Plain Java. The ways through the sampler that {@link SamplerBenchmark} measures. */
public enum SamplerCase {
  GREEDY,
  TOP_K_TOP_P,
  MIN_P,
  PENALTIES,
  TOP_P,
  TOP_P_PENALTIES,
  /** The mass that top-p asks for goes on below all candidates that the decoder gives. */
  WHOLE_ROW,
  WHOLE_ROW_PENALTIES;

  SamplingConfig config() {
    return switch (this) {
      case GREEDY -> SamplingConfig.defaults().withTemperature(0);
      case TOP_K_TOP_P -> topKTopP();
      case MIN_P -> SamplingConfig.defaults().withTemperature(0.8).withMinP(0.1);
      case PENALTIES -> penalised(topKTopP());
      case TOP_P, WHOLE_ROW -> topP();
      case TOP_P_PENALTIES, WHOLE_ROW_PENALTIES -> penalised(topP());
    };
  }

  /** Candidates that the decoder has for such a draw. */
  int candidates() {
    return config().topK() == 0 && config().minP() == 0 && !config().greedy() ? 1024 : 64;
  }

  /** Standard deviation of a row's logits. */
  double deviation() {
    return this == TOP_P || this == TOP_P_PENALTIES ? 5 : 3;
  }

  private static SamplingConfig topKTopP() {
    return SamplingConfig.defaults().withTemperature(0.8).withTopK(50).withTopP(0.95);
  }

  private static SamplingConfig topP() {
    return SamplingConfig.defaults().withTopP(0.95);
  }

  private static SamplingConfig penalised(SamplingConfig config) {
    return config.withRepetitionPenalty(1.1).withPresencePenalty(0.2).withFrequencyPenalty(0.2);
  }
}
