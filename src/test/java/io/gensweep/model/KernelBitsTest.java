package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.DType;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.spec.ModelConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernels for AVX2 and those for AVX-512 against the same recorded bits. The models' rotations
 * are so small that every library has the same cosines (1) and sines (the angle) for them: all else
 * is the kernels' own.
 */
class KernelBitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    // vocab, hidden, mlp, heads, kv heads, head dim, bias, CRC-32 in float32, in int8
    "33, 112, 92, 14, 2, 80, true, 4f8e31c2, e9defef8",
    "100, 64, 100, 16, 1, 16, false, de44bd07, 548f92bc",
    "1500, 128, 256, 4, 2, 128, true, 72d58d94, 6ad5d086"
  })
  void logprobsHaveTheRecordedBits(
      int vocab,
      int hidden,
      int mlp,
      int heads,
      int kvHeads,
      int headDim,
      boolean bias,
      String float32,
      String int8)
      throws IOException {
    assumeTrue(CpuFeatures.here().kernels(DType.FLOAT32));
    new RandomCheckpoint(vocab, hidden, mlp, 2, heads, kvHeads, headDim, bias).in(folder);
    ObjectNode config = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    config.put("rope_theta", 1.0);
    config.putObject("rope_scaling").put("rope_type", "linear").put("factor", 1e6);
    ModelFolder model = new ModelFolder(folder, ModelConfig.read(config), List.of());
    int[] ids = new Random(3).ints(150, 0, vocab).toArray();
    assertThat(List.of(bits(model, DType.FLOAT32, ids), bits(model, DType.INT8, ids)))
        .containsExactly(float32, int8);
  }

  /** CRC-32 of the log-probs of a text. */
  private static String bits(ModelFolder model, DType dtype, int[] ids) {
    DecoderSettings settings = new DecoderSettings(dtype, "cpu", 256, 16, 2);
    try (ModelRunner runner = DecoderLoader.load(model, settings, Backend.KERNELS)) {
      KvSequence kv = runner.pool().sequence();
      float[] logprobs = runner.score(List.of(new Scoring(kv, ids, 1))).get(0).logprobs();
      kv.release();
      ByteBuffer bytes = ByteBuffer.allocate(4 * logprobs.length);
      bytes.asFloatBuffer().put(logprobs);
      CRC32 crc = new CRC32();
      crc.update(bytes.array());
      return "%08x".formatted(crc.getValue());
    }
  }
}
