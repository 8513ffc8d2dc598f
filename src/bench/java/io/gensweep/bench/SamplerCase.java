package io.gensweep.bench;

import io.gensweep.sampling.SamplingConfig;

/** Plain Java. The ways through the sampler that {@link SamplerBenchmark} measures. */
public enum SamplerCase {
  GREEDY,
  TOP_K_TOP_P,
  MIN_P,
  PENALTIES,
  /** The mass that top-p asks for goes on below the candidates that the decoder gives. */
  WHOLE_ROW,
  WHOLE_ROW_PENALTIES;

  SamplingConfig config() {
    return switch (this) {
      case GREEDY -> SamplingConfig.defaults().withTemperature(0);
      case TOP_K_TOP_P -> topKTopP();
      case MIN_P -> SamplingConfig.defaults().withTemperature(0.8).withMinP(0.1);
      case PENALTIES -> penalised(topKTopP());
      case WHOLE_ROW -> topP();
      case WHOLE_ROW_PENALTIES -> penalised(topP());
    };
  }

  boolean needsWholeRow() {
    return this == WHOLE_ROW || this == WHOLE_ROW_PENALTIES;
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
