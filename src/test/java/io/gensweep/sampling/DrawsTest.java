package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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

  /** Printed by src/test/python/philox.py. */
  @Test
  void addressesGiveTheNumbersOfThePythonOracle() {
    assertThat(new Draws(0, "", 0).uniform(0)).isEqualTo(0.8214928961167238);
    assertThat(new Draws(0, "p1", 0).uniform(0)).isEqualTo(0.9263457740274995);
    assertThat(new Draws(0, "p1", 0).uniform(1)).isEqualTo(0.12173594952418121);
    assertThat(new Draws(0, "p1", 1).uniform(0)).isEqualTo(0.9675908921068882);
    assertThat(new Draws(7, "p1", 63).uniform(1000)).isEqualTo(0.9554977935975847);
    assertThat(new Draws(-1, "prompt \u00e4\u20ac\ud83d\ude00", 2).uniform(3))
        .isEqualTo(0.5244078566097844);
    assertThat(new Draws((1L << 40) + 5, "42", 0).uniform(131071)).isEqualTo(0.4251504110322202);
    assertThat(new Draws(Long.MIN_VALUE, "42", Integer.MAX_VALUE).uniform(9))
        .isEqualTo(0.569575046394692);
  }

  @Test
  void numbersOfNeighbouringAddressesAreUniformAndUncorrelated() {
    int count = 100_000;
    double sum = 0;
    double products = 0;
    int[] bins = new int[100];
    for (int i = 0; i < count; i++) {
      Draws draws = new Draws(3, "p" + i % 10, i % 7);
      double uniform = draws.uniform(i);
      assertThat(uniform).isBetween(0.0, Math.nextDown(1.0));
      sum += uniform;
      products += (uniform - 0.5) * (draws.uniform(i + 1) - 0.5);
      bins[(int) (uniform * bins.length)]++;
    }
    // 5 standard deviations: sqrt(1/12/n) of a mean, 1/12/sqrt(n) of a mean product.
    assertThat(sum / count).isBetween(0.5 - 0.0046, 0.5 + 0.0046);
    assertThat(products / count).isBetween(-0.0014, 0.0014);
    double chiSquare = 0;
    for (int bin : bins) {
      chiSquare += Math.pow(bin - 1000, 2) / 1000;
    }
    // 99 degrees of freedom: mean 99, standard deviation 14.
    assertThat(chiSquare).isBetween(40.0, 180.0);
  }
}
