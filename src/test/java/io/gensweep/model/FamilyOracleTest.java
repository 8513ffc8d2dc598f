package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.spec.ModelConfig;
import io.gensweep.sampling.Candidates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small checkpoints of every model family against what HF transformers said of them
 * (src/test/python/make_families.py): ids, log-probs, and the bits of batches and chunks.
 */
class FamilyOracleTest {
  private static final Path FAMILIES = Path.of("src/test/resources/families");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of all families, or of those that GENSWEEP_FAMILIES names with commas between them. */
  private static final List<String> ASKED =
      List.of(System.getenv().getOrDefault("GENSWEEP_FAMILIES", "").split(","));

  /** Distance that bfloat16 may have from HF's float32 however near HF's own is, in nats. */
  private static final double BFLOAT16_FLOOR = 0.005;

  @TempDir Path place;

  @Test
  void theFormulaGivesTheValuesThatPythonGives() {
    long seed = FormulaCheckpoint.fnv1a64("model.norm.weight");
    assertThat(Long.toHexString(seed)).isEqualTo("d6d6e5afd11604e4");
    assertThat(FormulaCheckpoint.value(seed, 1, 0.3)).isEqualTo(0.7292127f);
    assertThat(FormulaCheckpoint.value(seed + 1, 0, 0.2165)).isEqualTo(-0.07737639f);
  }

  /** The bits of libtorch's way for the first shape of each family. */
  @TestFactory
  Stream<DynamicTest> float32EqualsHfInBatchesAndChunksWithTheSameBits() throws IOException {
    return shapes(
        Backends.of(DType.FLOAT32),
        (shape, first, backend) -> {
          try (ModelRunner runner = load(shape, DType.FLOAT32, backend)) {
            List<FamilyText> texts = FamilyText.of(shape);
            List<GreedySequence> continuations = continuations(runner, texts, Integer.MAX_VALUE);
            List<float[]> scored = scores(runner, texts, byLength(shape));
            for (int i = 0; i < texts.size(); i++) {
              requireEqual(texts.get(i), continuations.get(i), scored.get(i), shape);
            }
            if (backend == Backend.KERNELS || first) {
              requireSameBits(runner, texts, continuations, scored, byLength(shape));
            }
          }
        });
  }

  // Of the first shape of each family.
  @TestFactory
  Stream<DynamicTest> bfloat16IsAsNearAsHfInBfloat16() throws IOException {
    List<Backend> backends = new ArrayList<>(Backends.of(DType.BFLOAT16));
    backends.add(Backend.PLAIN);
    return shapes(
        backends,
        (shape, first) -> first,
        (shape, first, backend) -> {
          try (ModelRunner runner = load(shape, DType.BFLOAT16, backend)) {
            requireNear(runner, shape);
          }
        });
  }

  /** Of the first shape of each family, whose matrices are the same whole numbers either way. */
  @TestFactory
  Stream<DynamicTest> int8OfTheKernelsIsAsNearAsThatOfLibtorch() throws IOException {
    return shapes(
        Backends.of(DType.INT8).stream().filter(each -> each == Backend.KERNELS).toList(),
        (shape, first) -> first,
        (shape, first, backend) -> {
          try (ModelRunner kernels = load(shape, DType.INT8, backend);
              ModelRunner libtorch = load(shape, DType.INT8, Backend.PACKED)) {
            assertThat(median(distances(kernels, shape)))
                .isLessThan(1.5 * median(distances(libtorch, shape)) + BFLOAT16_FLOOR);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> whatIsNotSupportedIsRefusedByItsKey() throws IOException {
    return shapes(
        List.of(Backend.PLAIN),
        (shape, first) -> shape.has("refused"),
        (shape, first, backend) ->
            assertThatThrownBy(() -> ModelConfig.read(shape.get("config")))
                .isInstanceOf(JobError.class)
                .hasMessageContaining("config.json: " + shape.get("refused").textValue() + " "));
  }

  private static void requireEqual(
      FamilyText text, GreedySequence continuation, float[] scored, JsonNode shape) {
    String what = "prompt of " + text.prompt().length;
    assertThat(continuation.ids).as(what).isEqualTo(text.ids());
    requireClose(text.logprobs(), logprobs(continuation), shape, what + ", continuation");
    requireClose(text.scored(byLength(shape)), scored, shape, what + ", scored");
  }

  private static void requireSameBits(
      ModelRunner runner,
      List<FamilyText> texts,
      List<GreedySequence> together,
      List<float[]> scored,
      boolean byLength) {
    List<GreedySequence> inChunks = continuations(runner, texts, runner.chunkTokens());
    for (int i = 0; i < texts.size(); i++) {
      String what = "prompt of " + texts.get(i).prompt().length;
      List<FamilyText> one = List.of(texts.get(i));
      GreedySequence alone = continuations(runner, one, Integer.MAX_VALUE).get(0);
      assertThat(bits(together.get(i))).as("%s, batch", what).isEqualTo(bits(alone));
      assertThat(bits(inChunks.get(i))).as("%s, chunks", what).isEqualTo(bits(alone));
      assertThat(scored.get(i))
          .as("%s, scored", what)
          .isEqualTo(scores(runner, one, byLength).get(0));
    }
  }

  private static boolean byLength(JsonNode shape) {
    return shape.get("by_length").booleanValue();
  }

  private static void requireClose(double[] hf, float[] ours, JsonNode shape, String what) {
    assertThat(ours).hasSize(hf.length);
    for (int t = 0; t < hf.length; t++) {
      assertThat((double) ours[t])
          .as("%s, token %d", what, t)
          .isCloseTo(hf[t], within(shape.get("tolerance").doubleValue()));
    }
  }

  /** By the median of a shape's tokens: rounding lets single tokens choose other experts. */
  private static void requireNear(ModelRunner runner, JsonNode shape) {
    List<Double> theirs = new ArrayList<>();
    for (FamilyText text : FamilyText.of(shape)) {
      for (int t = 0; t < text.ids().size(); t++) {
        theirs.add(Math.abs(text.bfloat16()[t] - text.logprobs()[t]));
      }
      for (int t = 0; t < text.promptLogprobs().length; t++) {
        theirs.add(Math.abs(text.bfloat16Prompt()[t] - text.promptLogprobs()[t]));
      }
    }
    assertThat(median(distances(runner, shape))).isLessThan(1.5 * median(theirs) + BFLOAT16_FLOOR);
  }

  /** Of all log-probs of a shape from HF's in float32, the ids being HF's. */
  private static List<Double> distances(ModelRunner runner, JsonNode shape) {
    List<FamilyText> texts = FamilyText.of(shape);
    List<GreedySequence> continuations = filled(runner, texts, Integer.MAX_VALUE);
    List<Double> distances = new ArrayList<>();
    for (int t = 0; t < texts.get(0).ids().size(); t++) {
      restartOutgrown(runner, texts, continuations);
      List<Candidates> rows =
          runner.decode(continuations.stream().map(GreedySequence::row).toList());
      for (int i = 0; i < rows.size(); i++) {
        FamilyText text = texts.get(i);
        double logprob = continuations.get(i).give(rows.get(i), text.ids().get(t));
        distances.add(Math.abs(logprob - text.logprobs()[t]));
      }
    }
    continuations.forEach(c -> c.kv.release());
    List<float[]> scored = scores(runner, texts, byLength(shape));
    for (int i = 0; i < texts.size(); i++) {
      FamilyText text = texts.get(i);
      for (int t = 0; t < text.promptLogprobs().length; t++) {
        distances.add(Math.abs(scored.get(i)[t] - text.promptLogprobs()[t]));
      }
    }
    return distances;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private static float[] logprobs(GreedySequence sequence) {
    float[] values = new float[sequence.logprobs.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = sequence.logprobs.get(i).floatValue();
    }
    return values;
  }

  private static List<Object> bits(GreedySequence sequence) {
    return List.of(sequence.ids, sequence.logprobs);
  }

  /** Of all texts in one batch, their prompts filled in spans of at most so many tokens. */
  private static List<GreedySequence> continuations(
      ModelRunner runner, List<FamilyText> texts, int span) {
    List<GreedySequence> continuations = filled(runner, texts, span);
    for (int t = 0; t < texts.get(0).ids().size(); t++) {
      restartOutgrown(runner, texts, continuations);
      List<Candidates> rows =
          runner.decode(continuations.stream().map(GreedySequence::row).toList());
      for (int i = 0; i < rows.size(); i++) {
        continuations.get(i).take(rows.get(i));
      }
    }
    continuations.forEach(c -> c.kv.release());
    return continuations;
  }

  /** Fills anew what the next token makes longer than its rotary table serves. */
  private static void restartOutgrown(
      ModelRunner runner, List<FamilyText> texts, List<GreedySequence> continuations) {
    for (int i = 0; i < texts.size(); i++) {
      KvSequence kv = continuations.get(i).kv;
      int tokens = kv.length() + 1;
      if (kv.isOutgrownBy(tokens)) {
        kv.restart(tokens);
        runner.prefill(List.of(new Prefill(kv, texts.get(i).whole(), tokens - 1)));
      }
    }
  }

  private static List<GreedySequence> filled(ModelRunner runner, List<FamilyText> texts, int span) {
    List<GreedySequence> continuations = new ArrayList<>();
    for (FamilyText text : texts) {
      int last = text.prompt()[text.prompt().length - 1];
      KvSequence kv = runner.pool().sequence();
      kv.restart(text.prompt().length);
      continuations.add(new GreedySequence(kv, last));
    }
    List<Prefill> fills = fills(texts, continuations, span);
    while (!fills.isEmpty()) {
      runner.prefill(fills);
      fills = fills(texts, continuations, span);
    }
    return continuations;
  }

  /** The next span of each prompt of which something is left but its last token. */
  private static List<Prefill> fills(List<FamilyText> texts, List<GreedySequence> into, int span) {
    List<Prefill> fills = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int[] ids = texts.get(i).prompt();
      KvSequence kv = into.get(i).kv;
      int left = ids.length - 1 - kv.length();
      if (left > 0) {
        fills.add(new Prefill(kv, ids, kv.length() + Math.min(left, span)));
      }
    }
    return fills;
  }

  private static List<float[]> scores(
      ModelRunner runner, List<FamilyText> texts, boolean byLength) {
    List<Scoring> batch =
        texts.stream()
            .map(text -> new Scoring(runner.pool().sequence(), text.scoredIds(byLength), 1))
            .toList();
    batch.forEach(scoring -> scoring.kv().restart(scoring.tokenIds().length));
    List<float[]> logprobs = runner.score(batch).stream().map(TokenLogprobs::logprobs).toList();
    batch.forEach(scoring -> scoring.kv().release());
    return logprobs;
  }

  private ModelRunner load(JsonNode shape, DType dtype, Backend backend) throws IOException {
    Path folder = Files.createTempDirectory(place, "checkpoint");
    ModelFolder model = FamilyShape.in(folder, shape);
    return DecoderLoader.load(model, new DecoderSettings(dtype, "cpu", 352, 16, 2), backend);
  }

  /** What is done with each shape of each family that is ready, by each way to compute. */
  private interface Check {
    /**
     * @param first whether it is the first shape of its family
     */
    void run(JsonNode shape, boolean first, Backend backend) throws IOException;
  }

  private static Stream<DynamicTest> shapes(List<Backend> backends, Check check)
      throws IOException {
    return shapes(backends, (shape, first) -> !shape.has("refused"), check);
  }

  private static Stream<DynamicTest> shapes(
      List<Backend> backends, BiPredicate<JsonNode, Boolean> wanted, Check check)
      throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      JsonNode family = JSON.readTree(file.toFile());
      for (JsonNode shape : family.get("shapes")) {
        String name = family.get("family").textValue() + "/" + shape.get("name").textValue();
        boolean first = shape.equals(family.get("shapes").get(0));
        if (ready(name) && wanted.test(shape, first)) {
          for (Backend backend : computing(shape, backends)) {
            tests.add(
                DynamicTest.dynamicTest(
                    name + "/" + backend, () -> check.run(shape, first, backend)));
          }
        }
      }
    }
    return tests.stream();
  }

  /** Those of some backends that have all that a shape needs. */
  private static List<Backend> computing(JsonNode shape, List<Backend> backends) {
    return backends.stream()
        .filter(
            backend ->
                backend != Backend.KERNELS
                    || Kernels.whyNot(ModelConfig.read(shape.get("config"))).isEmpty())
        .toList();
  }

  private static boolean ready(String name) {
    String family = name.substring(0, name.indexOf('/'));
    boolean asked = ASKED.contains("") || ASKED.contains(family);
    return asked;
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FAMILIES)) {
      return files.sorted().toList();
    }
  }
}
