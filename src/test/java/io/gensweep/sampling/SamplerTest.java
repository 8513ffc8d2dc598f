package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults();
  private static final double[] SIX = {0.4, 0.3, 0.2, 0.05, 0.03, 0.02};
  private static final float[] PETS = {10, 8, 5, 2, 1, 0.5f};
  private static final float INF = Float.POSITIVE_INFINITY;

  private final Sampler sampler = new Sampler();

  @Test
  void topKOfThreeRenormalisesTheThreeBest() {
    Map<Integer, Double> drawn = distribution(logs(SIX), PLAIN.withTopK(3));
    assertThat(drawn).containsOnlyKeys(0, 1, 2);
    assertThat(drawn.get(0)).isCloseTo(0.44, offset(0.005));
    assertThat(drawn.get(1)).isCloseTo(0.33, offset(0.005));
    assertThat(drawn.get(2)).isCloseTo(0.22, offset(0.005));
  }

  @Test
  void topPOfNineTenthsKeepsThreeOfSix() {
    assertThat(0.4 + 0.3 + 0.2).isLessThan(0.9);
    assertThat(distribution(logs(SIX), PLAIN.withTopP(0.9))).containsOnlyKeys(0, 1, 2);
    assertThat(distribution(logs(SIX), PLAIN.withTopK(6).withTopP(0.9))).containsOnlyKeys(0, 1, 2);
    assertThat(distribution(logs(SIX), PLAIN.withTopP(0.91))).containsOnlyKeys(0, 1, 2, 3);
    assertThat(distribution(logs(SIX), PLAIN.withTopP(0.39))).containsOnlyKeys(0);
  }

  @Test
  void topKThenTopPOfTheSixPetsKeepsCatAndDog() {
    Map<Integer, Double> afterTopK = distribution(PETS, PLAIN.withTopK(3));
    assertThat(afterTopK.get(0)).isCloseTo(0.876, offset(0.0005));
    // 0.1185, which the worked example rounds up.
    assertThat(afterTopK.get(1)).isCloseTo(0.119, offset(0.00051));
    assertThat(afterTopK.get(2)).isCloseTo(0.006, offset(0.0005));
    Map<Integer, Double> kept = distribution(PETS, PLAIN.withTopK(3).withTopP(0.9));
    assertThat(kept).containsOnlyKeys(0, 1);
    assertThat(kept.get(0)).isCloseTo(0.881, offset(0.0005));
    assertThat(kept.get(1)).isCloseTo(0.119, offset(0.0005));
    SamplingConfig sampling = PLAIN.withTopK(3).withTopP(0.9);
    assertThat(sampler.draw(RowCandidates.whole(1, PETS), sampling, 0.75).tokenId()).isZero();
  }

  @Test
  void softmaxAtThreeTemperaturesIsTheFormula() {
    float[] row = {2, 1, 0.5f};
    double[][] expected = {
      {0.5, 0.844, 0.114, 0.042}, {1, 0.629, 0.231, 0.140}, {2, 0.481, 0.292, 0.227}
    };
    for (double[] line : expected) {
      Map<Integer, Double> drawn = distribution(row, PLAIN.withTemperature(line[0]));
      for (int id = 0; id < 3; id++) {
        assertThat(drawn.get(id)).isCloseTo(line[id + 1], offset(0.0005));
      }
    }
  }

  @Test
  void minPDropsWhatIsStrictlyBelowItsShareOfTheBest() {
    float[] row = logs(0.5, 0.25, 0.125, 0.0625, 0.0625);
    assertThat(distribution(row, PLAIN.withMinP(0.25))).containsOnlyKeys(0, 1, 2);
    assertThat(distribution(row, PLAIN.withMinP(0.26))).containsOnlyKeys(0, 1);
    assertThat(distribution(row, PLAIN.withMinP(1))).containsOnlyKeys(0);
  }

  @Test
  void topKKeepsTiesAtTheKthValue() {
    float[] row = {1, 3, 2, 2, 2, 0};
    assertThat(distribution(row, PLAIN.withTopK(2))).containsOnlyKeys(1, 2, 3, 4);
    assertThat(distribution(row, PLAIN.withTopK(1))).containsOnlyKeys(1);
  }

  @Test
  void valuesThatTieAfterTheTemperatureGoByAscendingId() {
    // Neighbouring floats whose quotients by 3 are the same float.
    float high = 1.5f;
    while (Math.nextDown(high) / 3f != high / 3f) {
      high = Math.nextUp(high);
    }
    float[] row = {Math.nextDown(high), high};
    SamplingConfig sampling = PLAIN.withTemperature(3);
    assertThat(sampler.draw(RowCandidates.whole(3, row), sampling, 0.4).tokenId()).isZero();
    assertThat(sampler.draw(RowCandidates.whole(3, row), sampling, 0.6).tokenId()).isEqualTo(1);
    assertThat(sampler.draw(RowCandidates.whole(3, row), sampling.withTopK(1), 0.6).tokenId())
        .isEqualTo(1);
  }

  @Test
  void greedyTakesTheLowestIdAmongTheBest() {
    float[] row = {-0.0f, -1, 0.0f, 0.0f};
    for (int size = 1; size <= 4; size++) {
      Drawn drawn = sampler.draw(new RowCandidates(row, size, 0), PLAIN.withTemperature(0), 0.999);
      assertThat(drawn.tokenId()).isZero();
      assertThat(drawn.samplingLogprob()).isCloseTo(0, offset(1e-6f));
      assertThat(drawn.logprob()).isEqualTo((float) -Math.log(3 + Math.exp(-1)));
    }
  }

  @Test
  void aDrawThatTheCandidatesDecideFetchesNoRow() {
    float[] row = new float[1000];
    row[7] = 20;
    row[9] = 18;
    RowCandidates two = new RowCandidates(row, 3, 1);
    assertThat(sampler.draw(two, PLAIN, 0.5).tokenId()).isEqualTo(7);
    assertThat(sampler.draw(two, PLAIN.withTopK(2), 0.95).tokenId()).isEqualTo(9);
    assertThat(sampler.draw(two, PLAIN.withTemperature(0), 0).tokenId()).isEqualTo(7);
    assertThat(sampler.top(two, 2)).hasSize(2);
    assertThat(two.rowsFetched()).isZero();
    assertThat(sampler.draw(two, PLAIN.withTopK(3), 0.5).tokenId()).isEqualTo(7);
    assertThat(two.rowsFetched()).isEqualTo(1);
  }

  @Test
  void logprobsAreOfTheModelsOwnDistributionAndSamplingLogprobsOfTheOneDrawnFrom() {
    SamplingConfig sampling = PLAIN.withTopK(3).withTopP(0.9);
    Drawn dog = sampler.draw(RowCandidates.whole(1, PETS), sampling, 0.9);
    double sum = Math.exp(-2) + Math.exp(-5) + Math.exp(-8) + Math.exp(-9) + Math.exp(-9.5);
    assertThat(dog.tokenId()).isEqualTo(1);
    assertThat((double) dog.logprob()).isCloseTo(-2 - Math.log1p(sum), offset(1e-6));
    assertThat((double) dog.samplingLogprob())
        .isCloseTo(-2 - Math.log1p(Math.exp(-2)), offset(1e-6));
  }

  @Test
  void minTokensKeepsEndsFromBeingDrawnAndLeavesLogprobsAlone() {
    SamplingConfig sampling = PLAIN.withMinTokens(1);
    LogitsRules rules = new LogitsRules(sampling, new int[] {5}, new int[] {0, 2});
    RowCandidates row = RowCandidates.whole(1, PETS);
    Drawn drawn = sampler.draw(row, sampling, rules, 0.0);
    assertThat(drawn.tokenId()).isEqualTo(1);
    assertThat(drawn.logprob()).isEqualTo(sampler.draw(row, PLAIN.withTopK(2), 0.99).logprob());
    double others = Math.exp(-6) + Math.exp(-7) + Math.exp(-7.5);
    assertThat((double) drawn.samplingLogprob()).isCloseTo(-Math.log1p(others), offset(1e-6));
    assertThat(sampler.draw(row, sampling.withTemperature(0), rules, 0).tokenId()).isEqualTo(1);
    rules.append(1);
    assertThat(sampler.draw(row, sampling, rules, 0.0).tokenId()).isZero();
  }

  @Test
  void alternativesAreTheBestInOrderWithTiesById() {
    float[] row = {1, 3, -INF, 3, 2, 2};
    for (int size = 1; size <= 6; size++) {
      List<TopLogprob> top = sampler.top(new RowCandidates(row, size, 1), 4);
      assertThat(top).extracting(TopLogprob::tokenId).containsExactly(1, 3, 4, 5);
      assertThat(Math.exp(top.get(0).logprob()))
          .isCloseTo(1 / (2 + 2 * Math.exp(-1) + Math.exp(-2)), offset(1e-6));
    }
    assertThat(sampler.top(RowCandidates.whole(1, row), 10)).hasSize(5);
  }

  @Test
  void rowsWithoutADistributionAreRefused() {
    for (float[] row :
        List.of(
            new float[] {1, Float.NaN},
            new float[] {1, INF},
            new float[] {-INF, -INF},
            new float[] {Float.NaN})) {
      for (double temperature : new double[] {0, 1}) {
        Candidates candidates = new RowCandidates(row, 1, temperature);
        SamplingConfig sampling = PLAIN.withTemperature(temperature);
        assertThatThrownBy(() -> sampler.draw(candidates, sampling, 0.5))
            .isInstanceOf(NonFiniteLogitsException.class);
      }
    }
    SamplingConfig tiny = PLAIN.withTemperature(1e-30);
    assertThatThrownBy(() -> sampler.draw(RowCandidates.whole(1e-30, 1e10f, 1), tiny, 0.5))
        .isInstanceOf(NonFiniteLogitsException.class)
        .hasMessageContaining(" / 1.0E-30");
    LogitsRules all = new LogitsRules(PLAIN.withMinTokens(1), new int[0], new int[] {0, 1});
    assertThatThrownBy(() -> sampler.draw(RowCandidates.whole(1, 1, 2), PLAIN, all, 0.5))
        .hasMessageContaining("no token is left");
  }

  /** HF keeps one token where top_p rounds to 0, too. */
  @Test
  void atTheEndsOfTheirRangesTheRulesKeepTheBestToken() {
    List<SamplingConfig> ends =
        List.of(
            PLAIN.withTopP(Double.MIN_VALUE),
            PLAIN.withTopP(1e-300).withProfile(Profile.VLLM).withMinP(1),
            PLAIN.withTopP(1e-300).withTopK(Integer.MAX_VALUE),
            PLAIN.withMinP(1),
            PLAIN.withEpsilonCutoff(Math.nextDown(1.0)),
            PLAIN.withTemperature(1e-30));
    for (SamplingConfig end : ends) {
      Drawn drawn =
          sampler.draw(RowCandidates.whole(end.temperature(), PETS), end, Math.nextDown(1.0));
      assertThat(drawn.tokenId()).as(end.toString()).isZero();
      assertThat(drawn.samplingLogprob()).isCloseTo(0, offset(1e-6f));
    }
    assertThat(sampler.top(RowCandidates.whole(1, PETS), Integer.MAX_VALUE)).hasSize(PETS.length);
  }

  /** Every token that some uniform number draws, with its probability. */
  private Map<Integer, Double> distribution(float[] row, SamplingConfig sampling) {
    Map<Integer, Double> drawn = new TreeMap<>();
    RowCandidates candidates = RowCandidates.whole(sampling.temperature(), row);
    for (int i = 0; i < 4000; i++) {
      Drawn token = sampler.draw(candidates, sampling, i / 4000.0);
      drawn.put(token.tokenId(), Math.exp(token.samplingLogprob()));
    }
    assertThat(drawn.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, offset(1e-6));
    return drawn;
  }

  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }

  @Test
  void onlyAllowedTokensAreDrawn() {
    SamplingConfig sampling = SamplingConfig.defaults().withAllowedTokenIds(List.of(1, 3));
    LogitsRules rules = new LogitsRules(sampling, new int[] {0}, new int[0]);
    Candidates row = RowCandidates.whole(1, 9, 1, 5, 1);
    Drawn first = new Sampler().draw(row, sampling, rules, 0.49);
    Drawn second = new Sampler().draw(row, sampling, rules, 0.51);
    assertThat(List.of(first.tokenId(), second.tokenId())).containsExactly(1, 3);
    assertThat(first.samplingLogprob()).isCloseTo((float) Math.log(0.5), within(1e-6f));
    assertThat(first.logprob()).isLessThan(-8);
  }

  @Test
  void vllmDropsByMinPBeforeTopPAndHfAfter() {
    // Probabilities 0.5, 0.3, 0.15, 0.05. min_p 0.2 drops the last; of the others, 0.95 of the
    // mass before, top_p 0.82 keeps two (0.842) in vLLM's order and three (0.95) in HF's.
    float[] logits = {-0.6931472f, -1.2039728f, -1.8971200f, -2.9957323f};
    SamplingConfig sampling = SamplingConfig.defaults().withMinP(0.2).withTopP(0.82);
    Candidates row = RowCandidates.whole(1, logits);
    assertThat(new Sampler().draw(row, sampling.withProfile(Profile.HF), 0.999).tokenId())
        .isEqualTo(2);
    assertThat(new Sampler().draw(row, sampling.withProfile(Profile.VLLM), 0.999).tokenId())
        .isEqualTo(1);
  }
}
