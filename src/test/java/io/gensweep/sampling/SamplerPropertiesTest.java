package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerPropertiesTest {
  private static final int[] NO_IDS = {};
  private final Random random = new Random(17);
  private final Sampler sampler = new Sampler();

  @Test
  void anyNumberOfCandidatesDrawsTheSameBits() {
    for (int trial = 0; trial < 1500; trial++) {
      float[] row = row(2 + random.nextInt(trial % 50 == 0 ? 20_000 : 300));
      SamplingConfig sampling = sampling(row.length);
      LogitsRules rules = rules(sampling, row.length);
      double uniform = random.nextInt(20) == 0 ? Math.nextDown(1.0) : random.nextDouble();
      RowCandidates whole = new RowCandidates(row, row.length, sampling.temperature());
      Drawn expected = sampler.draw(whole, sampling, rules, uniform);
      for (int size : new int[] {1, 2, 1 + random.nextInt(row.length), row.length - 1}) {
        RowCandidates some = new RowCandidates(row, size, sampling.temperature());
        assertThat(sampler.draw(some, sampling, rules, uniform))
            .describedAs("%s with %d of %s", sampling, size, Arrays.toString(row))
            .isEqualTo(expected);
        assertThat(sampler.top(some, 5)).isEqualTo(sampler.top(whole, 5));
      }
    }
  }

  @Test
  void drawsAreThoseOfThePlainRules() {
    for (int trial = 0; trial < 3000; trial++) {
      float[] row = row(2 + random.nextInt(200));
      SamplingConfig sampling = sampling(row.length);
      if (sampling.greedy()) {
        continue;
      }
      Set<Integer> masked =
          trial % 5 == 0 ? new HashSet<>(List.of(best(row), row.length - 1)) : Set.of();
      if (row.length - masked.size() < 1 || allGone(row, masked)) {
        continue;
      }
      LogitsRules rules =
          new LogitsRules(
              sampling.withMinTokens(1),
              NO_IDS,
              masked.stream().mapToInt(Integer::intValue).toArray());
      PlainDistribution plain = new PlainDistribution(row, sampling, masked);
      double uniform = random.nextDouble();
      int size = 1 + random.nextInt(row.length);
      Drawn drawn =
          sampler.draw(
              new RowCandidates(row, size, sampling.temperature()), sampling, rules, uniform);
      assertThat(drawn.tokenId())
          .describedAs("%s at %s of %s", sampling, uniform, Arrays.toString(row))
          .isEqualTo(plain.ids.get(plain.draw(uniform)));
      assertThat((double) drawn.samplingLogprob())
          .isCloseTo(Math.log(plain.probability(drawn.tokenId())), offset(1e-6 + 1e-6 * 20));
    }
  }

  @Test
  void aLargeVocabularyIsDrawnFromExactlyFromItsHeadToItsTail() {
    float[] row = new float[150_000];
    for (int id = 0; id < row.length; id++) {
      row[id] = (float) Math.round(random.nextGaussian() * 8) / 4;
    }
    SamplingConfig plain = SamplingConfig.defaults();
    for (SamplingConfig sampling :
        new SamplingConfig[] {plain, plain.withTemperature(0.7), plain.withTopP(0.95)}) {
      RowCandidates whole = new RowCandidates(row, row.length, sampling.temperature());
      RowCandidates some = new RowCandidates(row, 64, sampling.temperature());
      PlainDistribution oracle = new PlainDistribution(row, sampling, Set.of());
      for (double uniform : new double[] {0, 1e-5, 0.01, 0.2, 0.5, 0.9, 0.999, 1 - 1e-10}) {
        Drawn drawn = sampler.draw(some, sampling, uniform);
        assertThat(drawn).isEqualTo(sampler.draw(whole, sampling, uniform));
        assertThat(drawn.tokenId()).isEqualTo(oracle.ids.get(oracle.draw(uniform)));
      }
    }
  }

  @Test
  void frequenciesOfDrawsFollowTheStatedProbabilities() {
    float[] row = {1.5f, -0.5f, 0.25f, 2, 1.5f, 0, -3, 1};
    SamplingConfig plain = SamplingConfig.defaults();
    for (SamplingConfig sampling :
        new SamplingConfig[] {
          plain,
          plain.withTemperature(1.7),
          plain.withTopK(4),
          plain.withTopP(0.8),
          plain.withMinP(0.2).withTemperature(0.8)
        }) {
      int count = 100_000;
      int[] drawn = new int[row.length];
      double[] stated = new double[row.length];
      Candidates candidates = new RowCandidates(row, 5, sampling.temperature());
      for (int i = 0; i < count; i++) {
        double uniform = new Draws(11, "chi", i % 64).uniform(i / 64);
        Drawn token = sampler.draw(candidates, sampling, uniform);
        drawn[token.tokenId()]++;
        stated[token.tokenId()] = Math.exp(token.samplingLogprob());
      }
      assertThat(Arrays.stream(stated).sum()).isCloseTo(1, offset(1e-6));
      double chiSquare =
          IntStream.range(0, row.length)
              .filter(id -> stated[id] > 0)
              .mapToDouble(id -> Math.pow(drawn[id] - count * stated[id], 2) / count / stated[id])
              .sum();
      // At most 7 degrees of freedom: above 29.9 with probability 1e-4.
      assertThat(chiSquare).isLessThan(29.9);
    }
  }

  @Test
  void penaltiesAreThoseOfThePlainFormula() {
    SamplingConfig sampling =
        SamplingConfig.defaults()
            .withRepetitionPenalty(1.3)
            .withPresencePenalty(0.4)
            .withFrequencyPenalty(0.25);
    float[] row = {2, -1, 0.5f, 3, 1};
    LogitsRules rules = new LogitsRules(sampling, new int[] {1, 3}, NO_IDS);
    rules.append(0);
    rules.append(0);
    float[] changed = {2 / 1.3f - 0.5f - 0.4f, -1 * 1.3f, 0.5f, 3 / 1.3f, 1};
    SamplingConfig plain = SamplingConfig.defaults();
    for (double uniform = 0; uniform < 1; uniform += 0.01) {
      Drawn drawn = sampler.draw(new RowCandidates(row, 2, 1), sampling, rules, uniform);
      Drawn expected = sampler.draw(RowCandidates.whole(1, changed), plain, uniform);
      assertThat(drawn.tokenId()).isEqualTo(expected.tokenId());
      assertThat(drawn.samplingLogprob()).isEqualTo(expected.samplingLogprob(), offset(1e-6f));
      assertThat((double) drawn.logprob())
          .isCloseTo(row[drawn.tokenId()] - RowCandidates.whole(1, row).logSumExp(), offset(1e-6));
    }
  }

  @Test
  void selectionSplitsAtTheMiddle() {
    for (int trial = 0; trial < 2000; trial++) {
      int size = 1 + random.nextInt(200);
      long[] keys = random.longs(size).distinct().toArray();
      if (trial % 3 == 0) {
        Arrays.sort(keys);
      }
      int from = random.nextInt(keys.length);
      int middle = from + random.nextInt(keys.length - from + 1);
      long[] sorted = keys.clone();
      Arrays.sort(sorted, from, keys.length);
      Selection.smallestFirst(keys, from, keys.length, middle);
      Arrays.sort(keys, from, middle);
      Arrays.sort(keys, middle, keys.length);
      assertThat(keys).isEqualTo(sorted);
    }
  }

  /** Many ties, some -inf, one hot, flat. */
  private float[] row(int size) {
    float[] row = new float[size];
    int kind = random.nextInt(5);
    for (int id = 0; id < size; id++) {
      double gauss = random.nextGaussian() * 4;
      row[id] =
          switch (kind) {
            case 0 -> (float) gauss;
            case 1 -> (float) Math.round(gauss) / 2;
            case 2 -> random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : (float) Math.round(gauss);
            case 3 -> -0.0f;
            default -> Float.NEGATIVE_INFINITY;
          };
    }
    row[random.nextInt(size)] = 1;
    row[size - 1] = Math.max(row[size - 1], -2);
    return row;
  }

  private SamplingConfig sampling(int vocab) {
    double[] temperatures = {0, 0.3, 1, 1, 1.9};
    SamplingConfig sampling =
        SamplingConfig.defaults().withTemperature(temperatures[random.nextInt(5)]);
    if (random.nextBoolean()) {
      sampling = sampling.withTopK(1 + random.nextInt(random.nextBoolean() ? 8 : vocab + 5));
    }
    if (random.nextBoolean()) {
      sampling = sampling.withTopP(1 - random.nextDouble());
    }
    return random.nextBoolean() ? sampling.withMinP(random.nextDouble() / 2) : sampling;
  }

  /** None, a mask that leaves something, or penalties. */
  private LogitsRules rules(SamplingConfig sampling, int vocab) {
    SamplingConfig held = sampling.withMinTokens(100);
    int kind = random.nextInt(4);
    if (kind == 0) {
      return new LogitsRules(held, NO_IDS, new int[] {0});
    }
    if (kind > 1) {
      return LogitsRules.NONE;
    }
    SamplingConfig penalties =
        held.withMinTokens(0)
            .withRepetitionPenalty(1.2)
            .withPresencePenalty(0.5)
            .withFrequencyPenalty(0.1);
    LogitsRules rules = new LogitsRules(penalties, new int[] {vocab - 1}, NO_IDS);
    rules.append(random.nextInt(vocab));
    return rules;
  }

  private static int best(float[] row) {
    return IntStream.range(0, row.length).reduce(0, (a, b) -> row[b] > row[a] ? b : a);
  }

  private static boolean allGone(float[] row, Set<Integer> masked) {
    return IntStream.range(0, row.length)
        .noneMatch(id -> row[id] > Float.NEGATIVE_INFINITY && !masked.contains(id));
  }
}
