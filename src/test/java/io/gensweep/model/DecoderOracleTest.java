package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.TopLogprob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decoder against what HF transformers said of the same checkpoints
 * (src/test/python/make_oracle.py).
 */
class DecoderOracleTest {
  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<Object[]> checkpoints() throws IOException {
    try (Stream<Path> folders = Files.list(MODELS)) {
      return folders
          .filter(Files::isDirectory)
          .map(f -> f.getFileName().toString())
          .sorted()
          .toList()
          .stream()
          .flatMap(name -> backends(DType.FLOAT32, name));
    }
  }

  private static Stream<Object[]> backends(DType dtype, String name) {
    return Backends.of(dtype).stream().map(backend -> new Object[] {name, backend});
  }

  static Stream<Object[]> bfloat16Checkpoints() {
    return Stream.of("bf16-sharded", "llama-gqa-tied")
        .flatMap(name -> backends(DType.BFLOAT16, name));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void greedyIdsEqualHfAndLogprobsAreWithinOneTenThousandth(String name, Backend backend)
      throws IOException {
    JsonNode oracle = JSON.readTree(MODELS.resolve(name).resolve("oracle.json").toFile());
    try (ModelRunner runner = load(MODELS.resolve(name), DType.FLOAT32, 2, backend)) {
      List<GreedySequence> answers = decodeTogether(runner, oracle.get("prompts"));
      for (int i = 0; i < answers.size(); i++) {
        JsonNode expected = oracle.get("prompts").get(i);
        assertThat(answers.get(i).ids)
            .as("%s prompt %d", name, i)
            .isEqualTo(ints(expected.get("ids")));
        for (int t = 0; t < answers.get(i).ids.size(); t++) {
          assertThat(answers.get(i).logprobs.get(t))
              .as("%s prompt %d token %d", name, i, t)
              .isCloseTo(expected.get("logprobs").get(t).asDouble(), within(1e-4));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void logprobsOfGivenTokensEqualHf(String name, Backend backend) throws IOException {
    JsonNode prompts =
        JSON.readTree(MODELS.resolve(name).resolve("oracle.json").toFile()).get("prompts");
    try (ModelRunner runner = load(MODELS.resolve(name), DType.FLOAT32, 2, backend)) {
      for (JsonNode prompt : prompts) {
        int[] prefix = array(prompt.get("prompt_ids"));
        int[] ids = IntStream.concat(IntStream.of(prefix), stream(prompt.get("ids"))).toArray();
        TokenLogprobs whole = score(runner, ids, 1);
        for (int i = 1; i < ids.length; i++) {
          JsonNode expected =
              i < prefix.length
                  ? prompt.get("prompt_logprobs").get(i)
                  : prompt.get("logprobs").get(i - prefix.length);
          assertThat(whole.logprobs()[i - 1])
              .as("%s token %d of %d", name, i, ids.length)
              .isCloseTo((float) expected.asDouble(), within(1e-4f));
        }
        TokenLogprobs continuation = score(runner, ids, prefix.length);
        assertThat(continuation.logprobs())
            .isEqualTo(Arrays.copyOfRange(whole.logprobs(), prefix.length - 1, ids.length - 1));
        assertThat(continuation.greedy()).isTrue();
        ids[ids.length - 1] = (ids[ids.length - 1] + 1) % 97;
        assertThat(score(runner, ids, prefix.length).greedy()).isFalse();
      }
    }
  }

  @Test
  void aTextHasTheSameBitsAloneAndAmongOthers() throws IOException {
    Path folder = Path.of("data/models/tiny");
    Random random = new Random(1);
    int[] lengths = {2, 3, 9, 17, 40, 64, 65, 100, 129, 250, 31, 8, 2, 200, 77, 256};
    List<int[]> texts =
        Arrays.stream(lengths)
            .mapToObj(n -> random.ints(n, 4, 500).toArray())
            .collect(Collectors.toCollection(ArrayList::new));
    for (DType dtype : dtypes()) {
      try (ModelRunner runner = load(folder, dtype)) {
        List<TokenLogprobs> alone = texts.stream().map(ids -> score(runner, ids, 1)).toList();
        for (int shift = 0; shift < texts.size(); shift += 5) {
          Collections.rotate(texts, shift);
          List<Scoring> batch = texts.stream().map(ids -> scoring(runner, ids, 1)).toList();
          List<TokenLogprobs> together = runner.score(batch);
          batch.forEach(s -> s.kv().release());
          Collections.rotate(texts, -shift);
          for (int i = 0; i < texts.size(); i++) {
            assertThat(together.get((i + shift) % texts.size()).logprobs())
                .as("%s, %d tokens, shift %d", dtype, texts.get(i).length, shift)
                .isEqualTo(alone.get(i).logprobs());
          }
        }
      }
    }
  }

  private static List<DType> dtypes() {
    return Stream.of(DType.FLOAT32, DType.INT8, DType.BFLOAT16)
        .filter(dtype -> !Backends.of(dtype).isEmpty())
        .toList();
  }

  private static Scoring scoring(ModelRunner runner, int[] ids, int from) {
    return new Scoring(runner.pool().sequence(), ids, from);
  }

  static TokenLogprobs score(ModelRunner runner, int[] ids, int from) {
    Scoring scoring = scoring(runner, ids, from);
    TokenLogprobs logprobs = runner.score(List.of(scoring)).get(0);
    scoring.kv().release();
    return logprobs;
  }

  private static IntStream stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt);
  }

  private static int[] array(JsonNode array) {
    return stream(array).toArray();
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void everyLogitOfTheFirstPositionEqualsHf(String name, Backend backend) throws IOException {
    JsonNode oracle = JSON.readTree(MODELS.resolve(name).resolve("oracle.json").toFile());
    try (ModelRunner runner = load(MODELS.resolve(name), DType.FLOAT32, 2, backend)) {
      for (JsonNode prompt : oracle.get("prompts")) {
        List<Integer> ids = ints(prompt.get("prompt_ids"));
        KvSequence kv = prefill(runner, ids);
        Candidates row = runner.decode(List.of(new DecodeRow(kv, ids.get(ids.size() - 1)))).get(0);
        float[] logits = row.wholeRow();
        assertThat(logits).hasSize(prompt.get("first_log_softmax").size());
        for (int id = 0; id < logits.length; id++) {
          assertThat(logits[id] - row.logSumExp())
              .isCloseTo(prompt.get("first_log_softmax").get(id).asDouble(), within(1e-4));
        }
        requireTop(new Sampler().top(row, 5), prompt.get("first_log_softmax"));
        kv.release();
      }
    }
  }

  /** HF's best, whatever the order of two that are as good as equal. */
  private static void requireTop(List<TopLogprob> top, JsonNode logSoftmax) {
    List<Double> best =
        StreamSupport.stream(logSoftmax.spliterator(), false)
            .map(JsonNode::asDouble)
            .sorted(Comparator.reverseOrder())
            .toList();
    assertThat(top).hasSize(5);
    for (int i = 0; i < top.size(); i++) {
      assertThat((double) top.get(i).logprob()).isCloseTo(best.get(i), within(1e-4));
      assertThat((double) top.get(i).logprob())
          .isCloseTo(logSoftmax.get(top.get(i).tokenId()).asDouble(), within(1e-4));
    }
  }

  // None of the ways to compute takes bfloat16 on a CPU without AVX2.
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("bfloat16Checkpoints")
  void bfloat16StaysNearHfInBfloat16(String name, Backend backend) throws IOException {
    requireNear(name, backend, "oracle-bf16.json", 0.15);
  }

  /**
   * HF with each linear layer in whole numbers. A float that lies between two of them may round the
   * other way here, and moves what follows; so nearly all tokens agree, and not each.
   */
  @ParameterizedTest
  @CsvSource({"llama-mha-untied, 2", "biased, 2", "biased, 5"})
  void int8AgreesWithHfWithLayersInWholeNumbers(String name, int threads) throws IOException {
    for (Backend backend : Backends.of(DType.INT8)) {
      int levels = backend == Backend.KERNELS || CpuFeatures.here().integerDots() ? 127 : 63;
      Path file = MODELS.resolve(name).resolve("oracle-int8-" + levels + ".json");
      List<Double> off = new ArrayList<>();
      try (ModelRunner runner = load(MODELS.resolve(name), DType.INT8, threads, backend)) {
        for (JsonNode prompt : JSON.readTree(file.toFile()).get("prompts")) {
          int[] ids = array(prompt.get("prompt_ids"));
          float[] scored = ids.length > 1 ? score(runner, ids, 1).logprobs() : new float[0];
          for (int t = 1; t < ids.length; t++) {
            off.add(Math.abs(scored[t - 1] - prompt.get("prompt_logprobs").get(t).asDouble()));
          }
        }
      }
      Collections.sort(off);
      assertThat(off.get(off.size() * 8 / 10)).as("%s", backend).isLessThan(1e-3);
      assertThat(off.stream().mapToDouble(d -> d).average().orElseThrow()).isLessThan(0.01);
    }
  }

  private static void requireNear(String name, Backend backend, String file, double tolerance)
      throws IOException {
    JsonNode oracle = JSON.readTree(MODELS.resolve(name).resolve(file).toFile());
    try (ModelRunner runner = load(MODELS.resolve(name), DType.BFLOAT16, 2, backend)) {
      List<GreedySequence> answers = decodeTogether(runner, oracle.get("prompts"));
      for (int i = 0; i < answers.size(); i++) {
        JsonNode expected = oracle.get("prompts").get(i);
        assertThat(answers.get(i).logprobs.get(0))
            .as("%s prompt %d", name, i)
            .isCloseTo(expected.get("logprobs").get(0).asDouble(), within(tolerance));
        int[] ids = array(expected.get("prompt_ids"));
        float[] scored = ids.length > 1 ? score(runner, ids, 1).logprobs() : new float[0];
        for (int t = 1; t < ids.length; t++) {
          assertThat(scored[t - 1])
              .as("%s prompt %d token %d", name, i, t)
              .isCloseTo(
                  (float) expected.get("prompt_logprobs").get(t).asDouble(),
                  within((float) tolerance));
        }
      }
    }
  }

  @Test
  void aRowHasTheSameBitsAloneAndInABatch() throws IOException {
    JsonNode prompts =
        JSON.readTree(MODELS.resolve("llama-gqa-tied/oracle.json").toFile()).get("prompts");
    try (ModelRunner runner = load(MODELS.resolve("llama-gqa-tied"), DType.FLOAT32)) {
      List<GreedySequence> together = decodeTogether(runner, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        GreedySequence alone =
            decodeTogether(runner, JSON.createArrayNode().add(prompts.get(i))).get(0);
        assertThat(alone.logprobs).as("prompt %d", i).isEqualTo(together.get(i).logprobs);
      }
    }
  }

  @Test
  void aForkGoesOnLikeItsSourceAndBesideIt() throws IOException {
    JsonNode oracle = JSON.readTree(MODELS.resolve("llama3-rope/oracle.json").toFile());
    try (ModelRunner runner = load(MODELS.resolve("llama3-rope"), DType.FLOAT32)) {
      JsonNode prompt = oracle.get("prompts").get(oracle.get("prompts").size() - 1);
      List<Integer> ids = ints(prompt.get("prompt_ids"));
      KvSequence source = prefill(runner, ids);
      GreedySequence fork = new GreedySequence(source.fork(), ids.get(ids.size() - 1));
      // It parts from the fork at its first token.
      GreedySequence other = new GreedySequence(source.fork(), 3);
      source.release();
      for (int t = 0; t < prompt.get("ids").size(); t++) {
        List<Candidates> rows = runner.decode(List.of(other.row(), fork.row()));
        other.take(rows.get(0));
        fork.take(rows.get(1));
      }
      assertThat(fork.ids).isEqualTo(ints(prompt.get("ids")));
      assertThat(other.ids).isNotEqualTo(fork.ids);
    }
  }

  private static List<GreedySequence> decodeTogether(ModelRunner runner, JsonNode prompts) {
    List<GreedySequence> sequences = new ArrayList<>();
    int steps = prompts.get(0).get("ids").size();
    for (JsonNode prompt : prompts) {
      List<Integer> ids = ints(prompt.get("prompt_ids"));
      sequences.add(new GreedySequence(prefill(runner, ids), ids.get(ids.size() - 1)));
    }
    for (int t = 0; t < steps; t++) {
      List<Candidates> rows = runner.decode(sequences.stream().map(GreedySequence::row).toList());
      for (int i = 0; i < rows.size(); i++) {
        sequences.get(i).take(rows.get(i));
      }
    }
    sequences.forEach(s -> s.kv.release());
    return sequences;
  }

  private static KvSequence prefill(ModelRunner runner, List<Integer> ids) {
    KvSequence kv = runner.pool().sequence();
    int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
    if (tokens.length > 1) {
      runner.prefill(List.of(new Prefill(kv, tokens, tokens.length - 1)));
    }
    return kv;
  }

  private static List<Integer> ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }

  private static ModelRunner load(Path folder, DType dtype) {
    return load(folder, dtype, 2, Backends.of(dtype).get(Backends.of(dtype).size() - 1));
  }

  private static ModelRunner load(Path folder, DType dtype, int threads, Backend backend) {
    ModelFolder model = new ModelFolder(folder, spec(folder), List.of());
    return DecoderLoader.load(model, new DecoderSettings(dtype, "cpu", 256, 16, threads), backend);
  }

  private static DecoderSpec spec(Path folder) {
    try {
      return ModelConfig.read(JSON.readTree(folder.resolve("config.json").toFile()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
