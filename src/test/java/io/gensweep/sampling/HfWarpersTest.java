package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The cases of src/test/python/hf_warpers.py. */
class HfWarpersTest {
  private final Sampler sampler = new Sampler();

  @Test
  void keptTokensAndTheirProbabilitiesAreThoseOfHfTransformers() throws IOException {
    List<String> lines;
    try (InputStream in = HfWarpersTest.class.getResourceAsStream("hf_warpers.tsv")) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    assertThat(lines).hasSize(120);
    lines.forEach(this::check);
  }

  private void check(String line) {
    List<String> fields = Arrays.asList(line.split("\t", -1));
    SamplingConfig sampling =
        SamplingConfig.defaults()
            .withTemperature(Double.parseDouble(fields.get(0)))
            .withTopK(Integer.parseInt(fields.get(1)))
            .withTopP(Double.parseDouble(fields.get(2)))
            .withMinP(Double.parseDouble(fields.get(3)))
            .withRepetitionPenalty(Double.parseDouble(fields.get(4)));
    int[] prompt =
        Arrays.stream(fields.get(5).split(",", -1)).mapToInt(Integer::parseInt).toArray();
    String[] bits = fields.get(6).split(",", -1);
    float[] row = new float[bits.length];
    Map<Integer, Double> expected = new TreeMap<>();
    for (int id = 0; id < row.length; id++) {
      row[id] = Float.intBitsToFloat(Integer.parseUnsignedInt(bits[id], 16));
      double probability = Double.parseDouble(fields.get(7).split(",", -1)[id]);
      // Rarer ones may fall between the uniform numbers that are tried.
      if (probability > 1e-3) {
        expected.put(id, probability);
      }
    }
    Map<Integer, Double> drawn = new TreeMap<>();
    Candidates candidates = new RowCandidates(row, 8, sampling.temperature());
    LogitsRules rules = new LogitsRules(sampling, prompt, new int[0]);
    for (int i = 0; i < 4000; i++) {
      Drawn token = sampler.draw(candidates, sampling, rules, i / 4000.0);
      drawn.put(token.tokenId(), Math.exp(token.samplingLogprob()));
    }
    drawn.values().removeIf(probability -> probability <= 1e-3);
    assertThat(drawn.keySet()).describedAs(line).isEqualTo(expected.keySet());
    drawn.forEach(
        (id, probability) ->
            assertThat(probability).describedAs(line).isCloseTo(expected.get(id), offset(1e-6)));
  }
}
