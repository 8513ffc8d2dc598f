package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of src/test/python/hf_rules.py. */
class HfRulesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CASES =
      Path.of("src/test/resources/io/gensweep/sampling/hf_rules.jsonl");

  private final Sampler sampler = new Sampler();

  static Stream<String> cases() throws IOException {
    return Files.readAllLines(CASES).stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keptTokensAndTheirProbabilitiesAreThoseOfHfTransformers(String line) throws IOException {
    JsonNode hf = JSON.readTree(line);
    SamplingConfig sampling = JsonSampling.of(hf.get("sampling"));
    float[] row = row(hf.get("logits").asText());
    Map<Integer, Double> expected = new TreeMap<>();
    for (int id = 0; id < row.length; id++) {
      double probability = hf.get("probabilities").get(id).asDouble();
      // Rarer ones may fall between the uniform numbers that are tried.
      if (probability > 1e-3) {
        expected.put(id, probability);
      }
    }
    for (int candidates : new int[] {1, 8, row.length}) {
      LogitsRules rules =
          new LogitsRules(sampling, JsonSampling.ints(hf.get("prompt")), new int[0]);
      for (int id : JsonSampling.ints(hf.get("generated"))) {
        rules.append(id);
      }
      Candidates best = new RowCandidates(row, candidates, sampling.temperature());
      Map<Integer, Double> drawn = new TreeMap<>();
      for (int i = 0; i < 4000; i++) {
        Drawn token = sampler.draw(best, sampling, rules, i / 4000.0);
        drawn.put(token.tokenId(), (double) token.samplingLogprob());
      }
      drawn.values().removeIf(logprob -> Math.exp(logprob) <= 1e-3);
      assertThat(drawn.keySet()).isEqualTo(expected.keySet());
      drawn.forEach(
          (id, logprob) -> assertThat(logprob).isCloseTo(Math.log(expected.get(id)), offset(1e-5)));
    }
  }

  private static float[] row(String hexBits) {
    String[] bits = hexBits.split(",", -1);
    float[] row = new float[bits.length];
    for (int id = 0; id < row.length; id++) {
      row[id] = Float.intBitsToFloat(Integer.parseUnsignedInt(bits[id], 16));
    }
    return row;
  }
}
