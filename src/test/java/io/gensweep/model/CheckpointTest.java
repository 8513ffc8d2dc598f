package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weight files that are not what they say. */
class CheckpointTest {
  @TempDir Path folder;

  @Test
  void picklesAreNotRead() throws IOException {
    Files.writeString(folder.resolve("pytorch_model.bin"), "anything");
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: " + folder)
        .hasMessageContaining("pickles")
        .hasMessageContaining("save_pretrained");
  }

  @Test
  void anHonestFileIsRead() throws IOException {
    write("{\"a\": {\"dtype\": \"F32\", \"shape\": [2, 2], \"data_offsets\": [0, 16]}}", 16);
    assertThat(Checkpoint.open(folder).tensor("a", 2, 2).byteSize()).isEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[2, 2]; F32; [0, 1600]; offsets that do not fit its shape",
        "[20, 20]; F32; [0, 1600]; is truncated",
        "[2, 2]; F32; [-16, 0]; offsets that do not fit its shape",
        "[2, 2]; F32; [9223372036854775791, 9223372036854775807]; is truncated",
        "[2, -2]; F32; [0, -16]; one or two dimensions are expected",
        "[4294967298, 2]; F32; [0, 16]; one or two dimensions are expected",
        "[2, 2, 1]; F32; [0, 16]; one or two dimensions are expected",
        "[2, 2]; I64; [0, 32]; supported: F32, BF16, F16",
        "[2, 2]; F32; []; offsets that do not fit its shape",
      })
  void aHeaderThatLiesIsAnError(String shape, String dtype, String offsets, String said)
      throws IOException {
    write(
        "{\"a\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}"
            .formatted(dtype, shape, offsets),
        16);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(said);
  }

  @Test
  void aHeaderThatEndsBeyondTheFileOrIsNoJsonIsAnError() throws IOException {
    Path file = folder.resolve("model.safetensors");
    for (long length : new long[] {-1, 0, 9, Long.MAX_VALUE}) {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(file, bytes.putLong(0, length).array());
      assertThatThrownBy(() -> Checkpoint.open(folder))
          .isInstanceOf(JobError.class)
          .hasMessageContaining("not a safetensors file or is truncated");
    }
    write("{\"a\": ", 0);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("cannot read " + file);
  }

  @Test
  void anIndexThatNamesAFileElsewhereIsAnError() throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("../secret.safetensors, which is not in the folder");
  }

  private void write(String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    Files.write(folder.resolve("model.safetensors"), file.array());
  }
}
