package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import io.gensweep.sampling.Candidates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether all that the model says of a sequence has the same bits whatever is in its batch. */
class BatchInvarianceTest {
  private static final Path TINY = Path.of("data/models/tiny");
  private static final Path RANDOM = Path.of("src/test/resources/models/llama-gqa-tied");

  /** Between them they have windows, caps, sinks, norms of all kinds and experts. */
  private static final List<String> FAMILIES = List.of("gemma2", "gpt_oss", "qwen2_moe");

  private static final int[] BATCHES = {2, 3, 7, 16, 33, 64, 65, 100, 128};
  private static final int STEPS = 4;

  @TempDir private static Path place;

  private final Random random = new Random(11);

  static Stream<Object[]> models() throws IOException {
    List<Object[]> models = new ArrayList<>();
    for (Path folder : List.of(TINY, RANDOM)) {
      for (DType dtype : List.of(DType.FLOAT32, DType.INT8, DType.BFLOAT16)) {
        Backends.of(dtype).forEach(backend -> models.add(new Object[] {folder, dtype, backend}));
      }
    }
    for (String family : FAMILIES) {
      Path folder = family(family);
      for (DType dtype : List.of(DType.FLOAT32, DType.INT8, DType.BFLOAT16)) {
        if (Backends.of(dtype).contains(Backend.KERNELS)) {
          models.add(new Object[] {folder, dtype, Backend.KERNELS});
        }
      }
    }
    return models.stream();
  }

  /** The first shape of a family. */
  private static Path family(String name) throws IOException {
    Path folder = place.resolve(name);
    if (Files.notExists(folder)) {
      Files.createDirectory(folder);
      JsonNode shape =
          new ObjectMapper()
              .readTree(Path.of("src/test/resources/families", name + ".json").toFile())
              .get("shapes")
              .get(0);
      var unused =
          new FormulaCheckpoint(
                  shape.get("config"), shape.get("dtype").textValue(), shape.get("tensors"))
              .in(folder);
    }
    return folder;
  }

  @ParameterizedTest
  @MethodSource("models")
  void aNeedleHasItsBitsAtAnyPlaceOfAnyBatch(Path folder, DType dtype, Backend backend)
      throws IOException {
    try (ModelRunner runner = load(folder, dtype, backend)) {
      assertThat(changedBatches(runner)).isEmpty();
    }
  }

  /** A small batch is computed by all threads, and a lane of a large one by a part of them. */
  @ParameterizedTest
  @MethodSource("models")
  void spansHaveTheirBitsFromOneThreadOrTwo(Path folder, DType dtype, Backend backend)
      throws IOException {
    try (ModelRunner one = load(folder, dtype, backend, 1);
        ModelRunner two = load(folder, dtype, backend, 2)) {
      int[] ids = prompt(one, 80);
      for (int start : new int[] {1, 5, 20}) {
        for (int length = start + 2; length <= ids.length; length += length < 40 ? 1 : 7) {
          int[] text = Arrays.copyOf(ids, length);
          assertThat(scored(one, text, start))
              .as("%d tokens after %d", length - start, start)
              .isEqualTo(scored(two, text, start));
        }
      }
    }
  }

  private static float[] scored(ModelRunner runner, int[] text, int start) {
    KvSequence kv = runner.pool().sequence();
    runner.prefill(List.of(new Prefill(kv, text, start)));
    Scoring scoring = new Scoring(kv, text, start + 1);
    float[] logprobs = runner.score(List.of(scoring)).get(0).logprobs();
    kv.release();
    return logprobs;
  }

  /** The needle's test can fail: plain products round by the number of rows. */
  @Test
  void plainProductsChangeTheBits() throws IOException {
    try (ModelRunner runner = load(TINY, DType.FLOAT32, Backend.PLAIN)) {
      assertThat(changedBatches(runner)).isNotEmpty();
    }
  }

  /** Samples and sweep points of a prompt, which hold the blocks of what they have in common. */
  @ParameterizedTest
  @MethodSource("models")
  void rowsThatShareBlocksHaveTheBitsOfRowsThatDoNot(Path folder, DType dtype, Backend backend)
      throws IOException {
    try (ModelRunner runner = load(folder, dtype, backend)) {
      int[] ids = prompt(runner, 70);
      List<List<int[]>> alone = new ArrayList<>();
      for (int branch = 0; branch < 40; branch++) {
        KvSequence kv = filled(runner, ids);
        List<int[]> rows = new ArrayList<>();
        for (int step = 0; step < 3; step++) {
          rows.add(branched(runner.decode(List.of(row(kv, branch, step))).get(0)));
        }
        alone.add(rows);
        kv.release();
      }
      KvSequence shared = filled(runner, ids);
      List<KvSequence> kvs = Stream.generate(shared::fork).limit(alone.size()).toList();
      shared.release();
      int groups = runner.pool().groups().size();
      assertThat(runner.pool().heldBlocks()).isEqualTo(3 * groups);
      // Of the two shared blocks of each group, those that the last of 73 rows does not see.
      int unseen =
          runner.pool().groups().stream()
              .filter(group -> group.window() > 0)
              .mapToInt(group -> Math.max(0, 73 - group.window()) / BlockPool.BLOCK)
              .sum();
      for (int step = 0; step < 3; step++) {
        List<DecodeRow> batch = new ArrayList<>();
        for (int branch = 0; branch < kvs.size(); branch++) {
          batch.add(row(kvs.get(branch), branch, step));
        }
        List<Candidates> rows = runner.decode(batch);
        for (int branch = 0; branch < kvs.size(); branch++) {
          assertThat(branched(rows.get(branch)))
              .as("branch %d, step %d", branch, step)
              .isEqualTo(alone.get(branch).get(step));
        }
      }
      assertThat(runner.pool().heldBlocks()).isEqualTo((2 + kvs.size()) * groups - unseen);
      kvs.forEach(KvSequence::release);
      runner.clearCache();
      KvSequence again = filled(runner, ids);
      assertThat(branched(runner.decode(List.of(row(again, 1, 0))).get(0)))
          .isEqualTo(alone.get(1).get(0));
      again.release();
    }
  }

  private static KvSequence filled(ModelRunner runner, int[] ids) {
    KvSequence kv = runner.pool().sequence();
    runner.prefill(List.of(new Prefill(kv, ids, ids.length)));
    return kv;
  }

  private static DecodeRow row(KvSequence kv, int branch, int step) {
    List<Float> temperatures = List.of(0.3f, 0.7f, 1.5f).subList(0, branch % 4);
    return new DecodeRow(kv, (7 * branch + step) % 90, temperatures, new int[] {1, 5});
  }

  /** Hashes of all logits and of the log-sum-exps of a row. */
  private static int[] branched(Candidates row) {
    return new int[] {
      Arrays.hashCode(row.wholeRow()),
      Double.hashCode(row.logSumExp()),
      row.tokenId(0),
      Double.hashCode(scaled(row, 0.3f)),
      Double.hashCode(scaled(row, 0.7f)),
      Double.hashCode(scaled(row, 1.5f))
    };
  }

  /** Each must also be what the whole row gives. */
  private static double scaled(Candidates row, float temperature) {
    double found;
    try {
      found = row.logSumExp(temperature);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("temperature must be one of");
      return 0;
    }
    double best = row.logit(0);
    double sum = 0;
    for (float logit : row.wholeRow()) {
      sum += Math.exp((logit - best) / temperature);
    }
    assertThat(found).isCloseTo(best / temperature + Math.log(sum), within(1e-4));
    return found;
  }

  /**
   * libtorch has other operations there: one query row against the cache, many against one another.
   * Ours are the same.
   */
  @ParameterizedTest
  @MethodSource("models")
  void decodedAndPrefilledTokensHaveNearlyTheSameLogprobs(Path folder, DType dtype, Backend backend)
      throws IOException {
    double tolerance =
        backend == Backend.KERNELS
            ? 0
            : switch (dtype) {
              case FLOAT32 -> 2e-5;
              case INT8 -> 0.1;
              default -> 0.25;
            };
    try (ModelRunner runner = load(folder, dtype, backend)) {
      int[] ids = prompt(runner, 90);
      KvSequence kv = runner.pool().sequence();
      Scoring scoring = new Scoring(kv, ids, 1);
      float[] scored = runner.score(List.of(scoring)).get(0).logprobs();
      kv.release();
      KvSequence steps = runner.pool().sequence();
      for (int i = 0; i + 1 < ids.length; i++) {
        Candidates row = runner.decode(List.of(new DecodeRow(steps, ids[i]))).get(0);
        double decoded = (float) (row.wholeRow()[ids[i + 1]] - row.logSumExp());
        assertThat((double) scored[i]).as("token %d", i + 1).isCloseTo(decoded, within(tolerance));
      }
      steps.release();
    }
  }

  /**
   * The sizes of the batches in which what is said of the needle is not what is said of it alone.
   */
  private List<Integer> changedBatches(ModelRunner runner) {
    int[] needle = prompt(runner, 41);
    List<float[][]> alone = said(runner, List.of(needle), 0);
    List<Integer> changed = new ArrayList<>();
    for (int size : BATCHES) {
      List<int[]> batch = new ArrayList<>();
      for (int i = 1; i < size; i++) {
        int[] other = prompt(runner, 1 + random.nextInt(120));
        if (i % 3 == 0) {
          System.arraycopy(needle, 0, other, 0, Math.min(33, other.length));
        }
        batch.add(other);
      }
      Collections.shuffle(batch, random);
      int place = random.nextInt(size);
      batch.add(place, needle);
      if (!Arrays.deepEquals(said(runner, batch, place).toArray(), alone.toArray())) {
        changed.add(size);
      }
    }
    return changed;
  }

  /** For each step all logits of one sequence, and its log-sum-exp as two halves of its bits. */
  private List<float[][]> said(ModelRunner runner, List<int[]> prompts, int place) {
    List<KvSequence> kvs = prompts.stream().map(ids -> runner.pool().sequence()).toList();
    List<Prefill> prefills = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).length > 1) {
        prefills.add(new Prefill(kvs.get(i), prompts.get(i), prompts.get(i).length - 1));
      }
    }
    runner.prefill(prefills);
    List<float[][]> said = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      List<DecodeRow> rows = new ArrayList<>();
      for (int i = 0; i < prompts.size(); i++) {
        int[] ids = prompts.get(i);
        rows.add(
            new DecodeRow(
                kvs.get(i), step == 0 ? ids[ids.length - 1] : ids[0], List.of(0.7f), new int[0]));
      }
      Candidates row = runner.decode(rows).get(place);
      said.add(new float[][] {row.wholeRow(), bits(row.logSumExp()), bits(row.logSumExp(0.7f))});
    }
    kvs.forEach(KvSequence::release);
    return said;
  }

  private static float[] bits(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return new float[] {(int) (bits >>> 40), (int) (bits >>> 20) & 0xFFFFF, (int) bits & 0xFFFFF};
  }

  private int[] prompt(ModelRunner runner, int tokens) {
    return IntStream.generate(() -> random.nextInt(runner.shape().vocabSize()))
        .limit(tokens)
        .toArray();
  }

  private static ModelRunner load(Path folder, DType dtype, Backend backend) throws IOException {
    // A batch of 128 is computed in as many lanes.
    return load(folder, dtype, backend, folder.equals(TINY) ? 2 : 4);
  }

  private static ModelRunner load(Path folder, DType dtype, Backend backend, int threads)
      throws IOException {
    DecoderSpec spec =
        ModelConfig.read(new ObjectMapper().readTree(folder.resolve("config.json").toFile()));
    return DecoderLoader.load(
        new ModelFolder(folder, spec, List.of()),
        new DecoderSettings(dtype, "cpu", 256, 128, threads),
        backend);
  }
}
