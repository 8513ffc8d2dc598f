package io.gensweep.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens are left, to the last, in the cases of src/test/python/hf_masks.py. */
class HfMasksTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CASES =
      Path.of("src/test/resources/io/gensweep/sampling/hf_masks.jsonl");

  static Stream<String> cases() throws IOException {
    return Files.readAllLines(CASES).stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theTokensLeftAndTheirLogprobsAreThoseOfHfTransformers(String line) throws Exception {
    JsonNode hf = JSON.readTree(line);
    SamplingConfig sampling = JsonSampling.of(hf.get("sampling"));
    float[] row = row(hf.get("kind").asText(), hf.get("vocab").asInt(), hf.get("seed").asInt());
    for (int candidates : new int[] {64, row.length}) {
      Map<Integer, Double> left = left(row, candidates, sampling, hf);
      assertThat(left).hasSize(hf.get("count").asInt());
      assertThat(sha256(left)).isEqualTo(hf.get("sha256").asText());
      hf.get("logprobs")
          .properties()
          .forEach(
              expected ->
                  assertThat(left.get(Integer.valueOf(expected.getKey())))
                      .isCloseTo(expected.getValue().asDouble(), offset(1e-5)));
    }
  }

  /** Id and sampling log-prob of each token that may be drawn. */
  private static Map<Integer, Double> left(
      float[] row, int candidates, SamplingConfig sampling, JsonNode hf) {
    LogitsRules rules =
        new LogitsRules(
            sampling, JsonSampling.ints(hf.get("prompt")), JsonSampling.ints(hf.get("ends")));
    for (int id : JsonSampling.ints(hf.get("generated"))) {
      rules.append(id);
    }
    Ranking ranking = new Ranking();
    ranking.start(
        new RowCandidates(row, candidates, sampling.temperature()),
        (float) sampling.temperature(),
        rules);
    Map<Integer, Double> left = new TreeMap<>();
    if (sampling.truncates()) {
      Survivors survivors = new Survivors();
      survivors.cut(ranking, sampling);
      for (int i = 0; i < survivors.size(); i++) {
        left.put(ranking.tokenId(survivors.rank(i)), survivors.logprob(i));
      }
    } else {
      double normaliser = ranking.logSumExp();
      for (int i = 0; ranking.has(i); i++) {
        left.put(ranking.tokenId(i), ranking.value(i) - normaliser);
      }
    }
    return left;
  }

  private static String sha256(Map<Integer, Double> left) throws NoSuchAlgorithmException {
    String ids = left.keySet().stream().map(String::valueOf).collect(Collectors.joining(","));
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(ids.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The rows of hf_masks.py. */
  private static float[] row(String kind, int vocab, int seed) {
    if (kind.equals("tenths")) {
      return logs(0.4, 0.3, 0.2, 0.1);
    }
    if (kind.equals("halves")) {
      return logs(0.5, 0.25, 0.125, 0.125);
    }
    if (kind.equals("fours")) {
      return logs(1, 1, 1, 1);
    }
    int start = hash(seed);
    int chosen = Integer.remainderUnsigned(start, vocab);
    float[] row = new float[vocab];
    for (int i = 0; i < vocab; i++) {
      double u = (hash(i + start) >>> 8) * 0x1p-24;
      row[i] =
          (float)
              switch (kind) {
                case "random" -> 16 * u - 8;
                case "peaked" -> 30 * ((u * u) * (u * u)) * ((u * u) * (u * u)) - 6;
                case "flat" -> 0.5;
                case "one-hot" -> i == chosen ? 20 : 0;
                case "one left" -> i == chosen ? 1 : Double.NEGATIVE_INFINITY;
                case "half left" -> i % 2 == chosen % 2 ? 8 * u : Double.NEGATIVE_INFINITY;
                case "tied" -> Math.floor(8 * u) / 2;
                default -> throw new IllegalArgumentException(kind);
              };
    }
    return row;
  }

  private static float[] logs(double... probabilities) {
    float[] logs = new float[probabilities.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(probabilities[i]);
    }
    return logs;
  }

  private static int hash(int value) {
    int x = value;
    x = (x ^ x >>> 16) * 0x7FEB352D;
    x = (x ^ x >>> 15) * 0x846CA68B;
    return x ^ x >>> 16;
  }
}
