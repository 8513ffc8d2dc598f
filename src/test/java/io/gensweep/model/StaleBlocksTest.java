package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.sampling.Candidates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A row that is not a number leaves nothing in its blocks that another row would meet. */
class StaleBlocksTest {
  private static final int POISON = 5;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"PLAIN", "PACKED", "KERNELS"})
  void aRowInTheBlocksOfOneThatFailedHasItsBits(Backend backend) throws IOException {
    ModelFolder model = FamilyShape.in(folder, "llama", "default-gqa");
    poison(folder.resolve("model.safetensors"));
    DecoderSettings settings = new DecoderSettings(DType.FLOAT32, "cpu", 64, 4, 1);
    try (ModelRunner runner = DecoderLoader.load(model, settings, backend)) {
      int[] clean = {7, 8, 9, 10};
      Candidates alone = last(runner, clean, 11);
      assertThat(alone.logSumExp()).isFinite();
      int[] poisoned = new int[40];
      Arrays.fill(poisoned, POISON);
      assertThat(last(runner, poisoned, POISON).logSumExp()).isNaN();
      Candidates after = last(runner, clean, 11);
      assertThat(after.logSumExp()).isEqualTo(alone.logSumExp());
      assertThat(after.logit(0)).isEqualTo(alone.logit(0));
    }
  }

  /** What follows a prompt and one more token; its blocks are free again afterwards. */
  private static Candidates last(ModelRunner runner, int[] prompt, int token) {
    KvSequence kv = runner.pool().sequence();
    runner.prefill(List.of(new Prefill(kv, prompt, prompt.length)));
    Candidates found = runner.decode(List.of(new DecodeRow(kv, token))).get(0);
    kv.release();
    return found;
  }

  /** Makes the embedding of a token no number. */
  private static void poison(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    JsonNode embedding = new ObjectMapper().readTree(header).get("model.embed_tokens.weight");
    int width = embedding.get("shape").get(1).asInt();
    int start = 8 + length + embedding.get("data_offsets").get(0).asInt();
    for (int i = 0; i < width; i++) {
      bytes.putFloat(start + (POISON * width + i) * Float.BYTES, Float.NaN);
    }
    Files.write(file, bytes.array());
  }
}
