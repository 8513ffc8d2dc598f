package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepetitionDetectionTest {
  private static final int[] LOOP = {9, 8, 1, 2, 3, 1, 2, 3, 1, 2, 3};

  @Test
  void aPatternThatComesOftenEnoughAtTheEndIsALoop() {
    assertThat(new RepetitionDetection(3, 0, 3).found(LOOP, LOOP.length)).isTrue();
    assertThat(new RepetitionDetection(3, 0, 4).found(LOOP, LOOP.length)).isFalse();
    assertThat(new RepetitionDetection(2, 0, 3).found(LOOP, LOOP.length)).isFalse();
    assertThat(new RepetitionDetection(3, 0, 3).found(LOOP, LOOP.length - 1)).isFalse();
    assertThat(RepetitionDetection.OFF.found(LOOP, LOOP.length)).isFalse();
  }

  @Test
  void aPatternShorterThanTheLeastIsNoLoop() {
    int[] ones = {1, 1, 1, 1, 1};
    assertThat(new RepetitionDetection(4, 1, 4).found(ones, ones.length)).isTrue();
    assertThat(new RepetitionDetection(4, 2, 4).found(ones, ones.length)).isFalse();
  }
}
