package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gensweep.job.DType;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.sampling.Candidates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels against libtorch's operations, and against themselves, on shapes of all kinds. */
class KernelsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    // vocab, hidden, mlp, heads, kv heads, head dim, bias
    "100, 64, 100, 16, 1, 16, false", // more query heads a group than a tile has rows
    "33, 112, 92, 14, 2, 80, true", // heads, outputs and a vocabulary that end within a register
    "512, 40, 20, 5, 5, 6, false", // heads of less than a register
    "1500, 128, 256, 4, 2, 128, true",
    "70, 36, 52, 3, 1, 12, true"
  })
  void everyShapeHasTheLogprobsOfLibtorch(
      int vocab, int hidden, int mlp, int heads, int kvHeads, int headDim, boolean bias)
      throws IOException {
    ModelFolder model =
        new RandomCheckpoint(vocab, hidden, mlp, 2, heads, kvHeads, headDim, bias).in(folder);
    int[] ids = new Random(3).ints(150, 0, vocab).toArray();
    assumeTrue(CpuFeatures.here().kernels(DType.FLOAT32));
    List<DType> dtypes =
        Stream.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8)
            .filter(CpuFeatures.here()::kernels)
            .toList();
    for (DType dtype : dtypes) {
      // Where libtorch does not multiply bfloat16, float32 is as near.
      DType theirs = Backends.of(dtype).contains(Backend.PACKED) ? dtype : DType.FLOAT32;
      float[] expected;
      try (ModelRunner libtorch = load(model, theirs, Backend.PACKED, 3)) {
        expected = scored(libtorch, ids);
      }
      float[] found;
      try (ModelRunner oneThread = load(model, dtype, Backend.KERNELS, 1)) {
        found = scored(oneThread, ids);
      }
      try (ModelRunner kernels = load(model, dtype, Backend.KERNELS, 5)) {
        assertThat(scored(kernels, ids)).isEqualTo(found);
        assertThat(decoded(kernels, ids)).isEqualTo(found);
        for (int i = 0; i < found.length; i++) {
          assertThat(found[i])
              .as("%s token %d", dtype, i + 1)
              .isCloseTo(expected[i], within(tolerance(dtype)));
        }
      }
    }
  }

  /** Of libtorch's int8 that is from 7 bits, where the CPU has no dot products, ours is as far. */
  private static float tolerance(DType dtype) {
    if (dtype == DType.FLOAT32) {
      return 1e-4f;
    }
    return dtype == DType.INT8 && !CpuFeatures.here().integerDots() ? 1 : 0.3f;
  }

  @Test
  void candidatesAreTheBestOfTheWholeRow() throws IOException {
    assumeTrue(CpuFeatures.here().kernels(DType.BFLOAT16));
    // In bfloat16 many of 5,000 logits are equal.
    ModelFolder model = new RandomCheckpoint(5000, 32, 32, 1, 2, 1, 16, false).in(folder);
    try (ModelRunner runner = load(model, DType.BFLOAT16, Backend.KERNELS, 2)) {
      KvSequence kv = runner.pool().sequence();
      Candidates row =
          runner.decode(List.of(new DecodeRow(kv, 17, List.of(0.7f), new int[0]))).get(0);
      float[] whole = row.wholeRow().clone();
      int[] order =
          IntStream.range(0, whole.length)
              .boxed()
              .sorted((a, b) -> Float.compare(whole[b], whole[a]))
              .mapToInt(i -> i)
              .toArray();
      for (int i = 0; i < row.size(); i++) {
        assertThat(row.tokenId(i)).as("candidate %d", i).isEqualTo(order[i]);
        assertThat(row.logit(i)).isEqualTo(whole[order[i]]);
      }
      assertThat(row.logSumExp()).isCloseTo(logSumExp(whole, 1), within(1e-5));
      assertThat(row.logSumExp(0.7f)).isCloseTo(logSumExp(whole, 0.7), within(1e-5));
      kv.release();
    }
  }

  private static double logSumExp(float[] logits, double temperature) {
    double top = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((logit - top) / temperature);
    }
    return Math.log(sum) + top / temperature;
  }

  private static ModelRunner load(ModelFolder model, DType dtype, Backend backend, int threads) {
    return DecoderLoader.load(model, new DecoderSettings(dtype, "cpu", 256, 16, threads), backend);
  }

  private static float[] scored(ModelRunner runner, int[] ids) {
    KvSequence kv = runner.pool().sequence();
    float[] logprobs = runner.score(List.of(new Scoring(kv, ids, 1))).get(0).logprobs();
    kv.release();
    return logprobs;
  }

  /** The same token by token. */
  private static float[] decoded(ModelRunner runner, int[] ids) {
    float[] logprobs = new float[ids.length - 1];
    KvSequence kv = runner.pool().sequence();
    for (int i = 0; i + 1 < ids.length; i++) {
      Candidates row = runner.decode(List.of(new DecodeRow(kv, ids[i]))).get(0);
      logprobs[i] = (float) (row.wholeRow()[ids[i + 1]] - row.logSumExp());
    }
    kv.release();
    return logprobs;
  }
}
