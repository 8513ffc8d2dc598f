package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DrawsTest {

  @Test
  void philoxGivesTheKnownAnswersOfRandom123() {
    assertThat(Draws.philox(0, 0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(Draws.philox(-1, -1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(Draws.philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  /** The table in sampling.md, which src/test/python/philox.py prints. */
  @Test
  void addressesGiveTheDocumentedNumbers() throws IOException {
    Pattern row =
        Pattern.compile("\\| (-?\\d+) \\| `(\".*\")` \\| (\\d+) \\| (\\d+) \\| ([0-9.]+) \\|");
    List<MatchResult> vectors =
        row.matcher(Files.readString(Path.of("docs/sampling.md"))).results().toList();
    assertThat(vectors).hasSize(8);
    for (MatchResult vector : vectors) {
      String promptId = new ObjectMapper().readValue(vector.group(2), String.class);
      Draws draws =
          new Draws(Long.parseLong(vector.group(1)), promptId, Integer.parseInt(vector.group(3)));
      assertThat(draws.uniform(Integer.parseInt(vector.group(4))))
          .as(vector.group())
          .isEqualTo(Double.parseDouble(vector.group(5)));
    }
  }

  /** The number at a step along one part of the address; the other parts are fixed. */
  private interface Axis {
    double number(int step);
  }

  static Stream<Arguments> axes() {
    return Stream.of(
        Arguments.of("position", (Axis) i -> new Draws(3, "p", 1).uniform(i)),
        Arguments.of("sample", (Axis) i -> new Draws(3, "p", i).uniform(5)),
        Arguments.of("prompt", (Axis) i -> new Draws(3, "p" + i, 1).uniform(5)),
        Arguments.of("seed", (Axis) i -> new Draws(i, "p", 1).uniform(5)),
        Arguments.of(
            "high half of the seed", (Axis) i -> new Draws((long) i << 32, "p", 1).uniform(5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("axes")
  void numbersOfNeighboursAreUniformAndUncorrelated(String name, Axis axis) {
    int count = 50_000;
    double[] numbers = IntStream.range(0, count + 8).mapToDouble(axis::number).toArray();
    assertThat(Arrays.stream(numbers).allMatch(number -> number >= 0 && number < 1)).isTrue();
    // 20 x 20 bins of a number and its neighbour: both uniform and independent of one another.
    int[] pairs = new int[400];
    for (int i = 0; i < count; i++) {
      pairs[20 * (int) (20 * numbers[i]) + (int) (20 * numbers[i + 1])]++;
    }
    double chiSquare =
        Arrays.stream(pairs).mapToDouble(n -> Math.pow(n - count / 400.0, 2) * 400 / count).sum();
    // 399 degrees of freedom: mean 399, standard deviation 28.
    assertThat(chiSquare).isBetween(399.0 - 5 * 28, 399.0 + 5 * 28);
    for (int lag = 1; lag <= 8; lag++) {
      double products = 0;
      for (int i = 0; i < count; i++) {
        products += (numbers[i] - 0.5) * (numbers[i + lag] - 0.5);
      }
      // 5 standard deviations of a mean product of two: 1/12/sqrt(n).
      assertThat(products / count).as("lag %d", lag).isBetween(-0.0019, 0.0019);
    }
  }
}
