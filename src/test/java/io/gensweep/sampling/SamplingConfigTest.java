package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
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

  @Test
  void copiesChangeOneValueOnly() {
    SamplingConfig all =
        new SamplingConfig(
            2, 9, 3, 0.5, 4, 0.6, 0.1, 1.1, 0.2, 0.3, 7, List.of("x"), List.of(8), true, 5, true);
    SamplingConfig copied =
        defaults
            .withN(2)
            .withMaxTokens(9)
            .withMinTokens(3)
            .withTemperature(0.5)
            .withTopK(4)
            .withTopP(0.6)
            .withMinP(0.1)
            .withSeed(7)
            .withStop(List.of("x"))
            .withStopTokenIds(List.of(8))
            .withIgnoreEos(true)
            .withLogprobs(5);
    assertThat(copied)
        .isEqualTo(
            new SamplingConfig(
                2,
                9,
                3,
                0.5,
                4,
                0.6,
                0.1,
                1.0,
                0.0,
                0.0,
                7,
                List.of("x"),
                List.of(8),
                true,
                5,
                false));
    assertThat(all.withSeed(7)).isEqualTo(all);
    assertThat(all.withN(3).withN(2)).isEqualTo(all);
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
        .hasMessage("temperature must be >= 0 and finite, was Infinity");
    assertThatThrownBy(() -> defaults.withTopK(-2))
        .hasMessage("top_k must be >= 0, or -1 for off, was -2");
  }
}
