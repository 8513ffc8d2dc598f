package io.gensweep.report.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What numpy, scipy, NLTK and the published formulas say (src/test/python/make_evaluate_oracle.py).
 */
class MeasuresTest {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new Jdk8Module())
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  /** Sums of shares are whole multiples of 2^-36, those of log-probs of 2^-20. */
  private static final double SHARE = 1e-9;

  private static JsonNode oracle;
  private static List<String> scorers;
  private static Map<String, List<JsonNode>> prompts;

  @BeforeAll
  static void read() throws IOException {
    oracle = JSON.readTree(Path.of("src/test/resources/evaluate/measures.json").toFile());
    scorers = new ArrayList<>();
    oracle.path("scorers").forEach(name -> scorers.add(name.asText()));
    prompts = new LinkedHashMap<>();
    for (JsonNode draw : oracle.path("draws")) {
      prompts.computeIfAbsent(draw.path("prompt_id").asText(), id -> new ArrayList<>()).add(draw);
    }
  }

  @Test
  void everyMeasureIsThatOfTheOracle() {
    JsonNode measures = JSON.valueToTree(measured(List.copyOf(prompts.keySet()), 1));
    for (int point = 0; point < oracle.path("points").size(); point++) {
      requireSame(
          "points." + point,
          measures.path("points").path(point),
          oracle.path("points").path(point));
    }
    assertThat(measures.path("comparisons")).hasSameSizeAs(oracle.path("comparisons"));
    requireSame("comparisons", measures.path("comparisons"), oracle.path("comparisons"));
  }

  /** As tasks end in any order. */
  @Test
  void theOrderOfThePartitionsChangesNoBit() {
    List<String> turned = new ArrayList<>(prompts.keySet());
    Collections.reverse(turned);
    assertThat(measured(turned, 5)).isEqualTo(measured(List.copyOf(prompts.keySet()), 1));
  }

  @Test
  void weightsOfTheBootstrapHaveAddresses() {
    List<Integer> expected = new ArrayList<>();
    oracle.path("weights").forEach(weight -> expected.add(weight.asInt()));
    assertThat(BootstrapWeights.of("prompt-00"))
        .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Measures measured(List<String> ids, int partitions) {
    List<Tally> tallies = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      tallies.add(new Tally(oracle.path("points").size(), scorers.size()));
    }
    for (int i = 0; i < ids.size(); i++) {
      List<JsonNode> draws = prompts.get(ids.get(i));
      tallies
          .get(i % partitions)
          .add(
              ids.get(i),
              draws.stream().map(MeasuresTest::draw).toList(),
              draws.get(0).path("group").asText());
    }
    Tally all = tallies.stream().reduce(Tally::merge).orElseThrow();
    return Measures.of(all, scorers, key -> Map.of("parity", key));
  }

  private static Draw draw(JsonNode draw) {
    int size = draw.path("token_ids").size();
    int[] ids = new int[size];
    float[] logprobs = new float[size];
    for (int i = 0; i < size; i++) {
      ids[i] = draw.path("token_ids").path(i).asInt();
      logprobs[i] = (float) draw.path("logprobs").path(i).asDouble();
    }
    double[] scores = new double[scorers.size()];
    String[] votes = new String[scorers.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = draw.path("scores").path(i).asDouble(Double.NaN);
      votes[i] = draw.path("votes").path(i).asText(null);
    }
    return new Draw(
        draw.path("point").asInt(),
        draw.path("sample").asInt(),
        draw.path("finish_reason").asText(),
        ids,
        logprobs,
        draw.path("cumulative_logprob").asDouble(),
        draw.path("sampling_logprob").asDouble(),
        scores,
        votes);
  }

  private static void requireSame(String where, JsonNode actual, JsonNode expected) {
    if (where.endsWith("groups")) {
      assertThat(actual).as(where).hasSameSizeAs(expected);
      for (JsonNode group : actual) {
        String name = group.path("group").path("parity").asText();
        for (String key :
            List.of("prompts", "accuracy", "ci_low", "ci_high", "pass_at_k", "maj_at_k")) {
          requireSame(
              where + "." + name + "." + key, group.path(key), expected.path(name).path(key));
        }
      }
    } else if (expected.isNumber()) {
      assertThat(actual.isNumber()).as(where).isTrue();
      assertThat(actual.asDouble()).as(where).isCloseTo(expected.asDouble(), within(SHARE));
    } else if (expected.isObject()) {
      expected
          .fields()
          .forEachRemaining(
              entry ->
                  requireSame(
                      where + "." + entry.getKey(), actual.path(entry.getKey()), entry.getValue()));
    } else if (expected.isArray()) {
      assertThat(actual).as(where).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        requireSame(where + "." + i, actual.path(i), expected.path(i));
      }
    } else {
      assertThat(actual).as(where).isEqualTo(expected);
    }
  }
}
