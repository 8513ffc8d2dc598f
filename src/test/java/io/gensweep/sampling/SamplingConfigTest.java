package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplingConfigTest {
  private final SamplingConfig defaults = SamplingConfig.defaults();

  @Test
  void topKOfMinusOneIsOff() {
    assertThat(defaults.withTopK(-1)).isEqualTo(defaults.withTopK(0));
  }

  @Test
  void onlyATemperatureOfZeroIsGreedy() {
    assertThat(defaults.withTemperature(0).greedy()).isTrue();
    assertThat(defaults.withTemperature(-0.0).greedy()).isTrue();
    assertThat(defaults.withTemperature(1e-9).greedy()).isFalse();
  }

  /** Whatever is set, and in whatever order, is what is there afterwards. */
  @Test
  void copiesChangeOneValueOnly() throws ReflectiveOperationException {
    SamplingConfig other = other();
    for (RecordComponent component : SamplingConfig.class.getRecordComponents()) {
      String name = component.getName();
      Object value = component.getAccessor().invoke(other);
      assertThat(value).as(name).isNotEqualTo(component.getAccessor().invoke(defaults));
      SamplingConfig changed = with(defaults, component, value);
      assertThat(component.getAccessor().invoke(changed)).as(name).isEqualTo(value);
      assertThat(with(changed, component, component.getAccessor().invoke(defaults)))
          .as(name)
          .isEqualTo(defaults);
      assertThat(with(other, component, value)).as(name).isEqualTo(other);
    }
  }

  private static SamplingConfig with(SamplingConfig from, RecordComponent component, Object value)
      throws ReflectiveOperationException {
    String name = component.getName();
    String with = "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    return (SamplingConfig)
        SamplingConfig.class.getMethod(with, component.getType()).invoke(from, value);
  }

  /** Differs from the defaults in every component. */
  private SamplingConfig other() {
    return defaults
        .withProfile(Profile.VLLM)
        .withN(2)
        .withMaxTokens(9)
        .withMinTokens(3)
        .withTemperature(0.5)
        .withTopK(4)
        .withTopP(0.6)
        .withMinP(0.1)
        .withTypicalP(0.7)
        .withEpsilonCutoff(0.01)
        .withEtaCutoff(0.02)
        .withRepetitionPenalty(1.1)
        .withPresencePenalty(0.2)
        .withFrequencyPenalty(0.3)
        .withNoRepeatNgramSize(2)
        .withLogitBias(Map.of(5, -1.5))
        .withAllowedTokenIds(List.of(5, 6))
        .withBadWords(List.of("bad"))
        .withBadWordsIds(List.of(List.of(1, 2)))
        .withSeed(7)
        .withStop(List.of("x"))
        .withStopTokenIds(List.of(8))
        .withIncludeStopStrInOutput(true)
        .withIgnoreEos(true)
        .withRepetitionDetection(new RepetitionDetection(8, 2, 3))
        .withSkipSpecialTokens(false)
        .withLogprobs(5)
        .withPromptLogprobs(true);
  }

  @Test
  void listsAreCopiedIn() {
    List<String> stop = new ArrayList<>(List.of("a"));
    SamplingConfig config = defaults.withStop(stop);
    stop.add("b");
    assertThat(config.stop()).containsExactly("a");
  }

  @Test
  void theEdgesOfEachRangeAreAllowed() {
    assertThat(defaults.withTopP(Double.MIN_VALUE).topP()).isPositive();
    assertThat(defaults.withMinP(1).minP()).isEqualTo(1);
    assertThat(defaults.withMinTokens(128).minTokens()).isEqualTo(128);
    assertThat(defaults.withSeed(Long.MIN_VALUE).seed()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void messagesNameTheKeyTheBoundAndTheValue() {
    assertThatThrownBy(() -> defaults.withTopP(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("top_p must be in (0, 1], was 0.0");
    assertThatThrownBy(() -> defaults.withMaxTokens(5).withMinTokens(6))
        .hasMessage("min_tokens must be <= max_tokens 5, was 6");
    assertThatThrownBy(() -> defaults.withTemperature(Double.POSITIVE_INFINITY))
        .hasMessage("temperature must be 0 or in [1.0E-30, 1.0E30], was Infinity");
    assertThatThrownBy(() -> defaults.withTopK(-2))
        .hasMessage("top_k must be >= 0, or -1 for off, was -2");
  }
}
