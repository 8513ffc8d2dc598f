package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
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
    SamplingConfig sampling = sampling(hf.get("sampling"));
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
      LogitsRules rules = new LogitsRules(sampling, ints(hf.get("prompt")), new int[0]);
      for (int id : ints(hf.get("generated"))) {
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

  private static SamplingConfig sampling(JsonNode keys) {
    SamplingConfig sampling = SamplingConfig.defaults();
    for (Map.Entry<String, JsonNode> key : keys.properties()) {
      JsonNode value = key.getValue();
      sampling =
          switch (key.getKey()) {
            case "temperature" -> sampling.withTemperature(value.asDouble());
            case "top_k" -> sampling.withTopK(value.asInt());
            case "top_p" -> sampling.withTopP(value.asDouble());
            case "min_p" -> sampling.withMinP(value.asDouble());
            case "typical_p" -> sampling.withTypicalP(value.asDouble());
            case "epsilon_cutoff" -> sampling.withEpsilonCutoff(value.asDouble());
            case "eta_cutoff" -> sampling.withEtaCutoff(value.asDouble());
            case "repetition_penalty" -> sampling.withRepetitionPenalty(value.asDouble());
            case "no_repeat_ngram_size" -> sampling.withNoRepeatNgramSize(value.asInt());
            case "bad_words_ids" -> sampling.withBadWordsIds(sequences(value));
            case "logit_bias" -> sampling.withLogitBias(biases(value));
            default -> throw new IllegalArgumentException(key.getKey());
          };
    }
    return sampling;
  }

  private static Map<Integer, Double> biases(JsonNode map) {
    Map<Integer, Double> biases = new HashMap<>();
    map.properties()
        .forEach(e -> biases.put(Integer.parseInt(e.getKey()), e.getValue().asDouble()));
    return biases;
  }

  private static List<List<Integer>> sequences(JsonNode lists) {
    List<List<Integer>> sequences = new ArrayList<>();
    lists.forEach(list -> sequences.add(Arrays.stream(ints(list)).boxed().toList()));
    return sequences;
  }

  private static int[] ints(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
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
