package io.gensweep.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
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
      quoteCharacter = '"',
      value = {
        "[2, 2]; F32; [0, 8]; has offsets that do not fit its shape [2, 2] of F32",
        "[20, 20]; F32; [0, 1600]; is truncated",
        "[2, 2]; F32; [-16, 0]; must have a dtype",
        "[2, 2]; F32; [16, 0]; offsets that do not fit its shape",
        "[2, 2]; F32; [9223372036854775791, 9223372036854775807]; must have a dtype",
        "[2, 2]; F32; [9007199254740976, 9007199254740992]; is truncated",
        "[2, 2]; F32; [0, 16.0]; must have a dtype",
        "[2, 2]; F32; [0]; must have a dtype",
        "[2, 2]; F32; []; must have a dtype",
        "[2, 2]; F32; {}; must have a dtype",
        "[2, -2]; F32; [0, 16]; whole numbers from 0 to 2^53, was [2,-2]",
        "[2.0, 2]; F32; [0, 16]; whole numbers from 0 to 2^53",
        "['2', 2]; F32; [0, 16]; whole numbers from 0 to 2^53",
        "4; F32; [0, 16]; must have a dtype",
        "[36893488147419103232]; F32; [0, 16]; whole numbers from 0 to 2^53",
        "[4294967296, 4294967296]; F32; [0, 16]; offsets that do not fit its shape",
        "[9007199254740992, 9007199254740992, 9007199254740992]; U8; [0, 16]; do not fit its shape",
        "[0, 4]; F32; [0, 16]; offsets that do not fit its shape",
        "[3]; F4; [0, 1]; offsets that do not fit its shape",
        "[2, 2]; F32; [0, 16]}, 'a': {'dtype': 'F32'; Duplicate field 'a'",
        "[2]; F32; [8, 16]; begins at byte",
        "[2]; F32; [0, 8]; its tensors end at byte",
        "[2]; F32; [0, 8]}, 'b': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]; must follow",
        "[4]; F32; [0, 16]}, 'b': {'dtype': 'F32', 'shape': [2], 'data_offsets': [8, 16]; must follow",
        "[4]; F32; [0, 16]}, 'b': null, 'c': {'x': 1; must have a dtype",
      })
  void aHeaderThatLiesIsAnError(String shape, String dtype, String offsets, String said)
      throws IOException {
    write(
        "{'a': {'dtype': '%s', 'shape': %s, 'data_offsets': %s}}"
            .formatted(dtype, shape, offsets)
            .replace('\'', '"'),
        16);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(said)
        .hasMessageContaining("model.safetensors")
        .hasMessageNotContaining("\n");
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
        .hasMessageContaining(file + ":1 is not valid JSON");
    write("[".repeat(100_000), 0);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(file + ":1 is not valid JSON");
  }

  @Test
  void aHeaderBeyondEveryKnownOneIsNotReadIntoMemory() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(90_000_000).array());
      file.setLength(1L << 30);
    }
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("has a header of 90000000 bytes; at most");
  }

  @Test
  void tensorsThatNoOneAsksForMayBeOfAnyTypeAndRank() throws IOException {
    write(
        """
        {"__metadata__": {"format": "pt"},
         "scalar": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
         "cube": {"dtype": "BOOL", "shape": [2, 2, 2], "data_offsets": [8, 16]},
         "none": {"dtype": "F32", "shape": [0, 7], "data_offsets": [16, 16]},
         "new": {"dtype": "F3", "shape": [7], "data_offsets": [16, 19]},
         "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [19, 35]}}
        """,
        35);
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertThat(checkpoint.tensor("a", 2, 2).byteSize()).isEqualTo(16);
    assertThat(checkpoint.unused()).containsExactly("cube", "new", "none", "scalar");
    assertThatThrownBy(() -> checkpoint.tensor("scalar", 1))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("tensor scalar has shape [], config.json asks for [1]");
    assertThatThrownBy(() -> checkpoint.tensor("new", 7))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(
            "tensor new has dtype F3; supported for weights: F32, BF16, F16, F64");
  }

  /** As conversion_mapping.py and base_model_prefix of transformers have it. */
  @ParameterizedTest
  @CsvSource({
    "model.norm.weight, model.norm.weight",
    "model.norm.weight, norm.weight",
    "model.norm.weight, model.language_model.norm.weight",
    "model.norm.weight, language_model.model.norm.weight",
    "model.norm.weight, language_model.norm.weight",
    "lm_head.weight, lm_head.weight",
    "lm_head.weight, language_model.lm_head.weight",
    "transformer.ln_f.weight, ln_f.weight",
    "gpt_neox.final_layer_norm.weight, final_layer_norm.weight"
  })
  void aTensorIsFoundUnderTheNamesThatItMayHave(String asked, String stored) throws IOException {
    write(
        """
        {"%s": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
         "visual.norm.weight": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}}
        """
            .formatted(stored),
        16);
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertThat(checkpoint.has(asked)).isTrue();
    assertThat(checkpoint.tensor(asked, 2).name()).isEqualTo(stored);
    assertThat(checkpoint.unused()).containsExactly("visual.norm.weight");
    assertThat(checkpoint.has("model.other.weight")).isFalse();
    assertThat(checkpoint.shapeOf("model.other.weight")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'metadata': {}, 'weight_map': {'a': '../secret.safetensors'}}; is not in the folder",
        "{'metadata': {}, 'weight_map': {'a': '..'}}; names .., which is not in the folder",
        "{'metadata': {}, 'weight_map': {'a': '/etc/passwd'}}; is not in the folder",
        "{'metadata': {}, 'weight_map': {'a': 'x\\u0000y'}}; is not in the folder",
        "{'metadata': {}, 'weight_map': {'a': ''}}; is not in the folder",
        "{'metadata': {}, 'weight_map': {'a': 'gone.safetensors'}}; names gone.safetensors, which",
        "{'metadata': {}, 'weight_map': {'a': 1}}; weight_map must give names of files, was 1",
        "{'metadata': {}, 'weight_map': {'a': ['x']}}; weight_map must give names of files",
        "{'metadata': {}, 'weight_map': {}}; must have the objects metadata and weight_map",
        "{'metadata': {}, 'weight_map': []}; must have the objects metadata and weight_map",
        "{'metadata': {}}; must have the objects metadata and weight_map",
        "{'weight_map': {'a': 'x'}}; must have the objects metadata and weight_map",
        "[]; must hold a JSON object",
        "{'a': 1, 'a': 2}; Duplicate field",
        "; is not valid JSON",
      })
  void anIndexThatIsNoneIsAnError(String index, String said) throws IOException {
    Path file = folder.resolve("model.safetensors.index.json");
    Files.writeString(file, index == null ? "{" : index.replace('\'', '"'));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: " + file)
        .hasMessageContaining(said);
  }

  @Test
  void aWholeFileCountsMoreThanAnIndexBesideIt() throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), "no JSON");
    write("{\"a\": {\"dtype\": \"F32\", \"shape\": [2, 2], \"data_offsets\": [0, 16]}}", 16);
    assertThat(Checkpoint.files(folder)).containsExactly(folder.resolve("model.safetensors"));
  }

  /** Two rows of two elements, the third element as given; each byte of the others is 1. */
  @ParameterizedTest
  @CsvSource({
    "F32, 0000807f, 1",
    "F32, 0100c0ff, 1",
    "F32, ffff7f7f, -1",
    "BF16, 80ff, 1",
    "BF16, 7f7f, -1",
    "F16, 007c, 1",
    "F16, 01fe, 1",
    "F16, ff7b, -1",
    "F64, 000000000000f07f, 1",
    "F64, 9c7500883ce4377e, 1", // 1e300, beyond float32
    "F64, 000000000000f03f, -1"
  })
  void theFirstRowThatIsNotFiniteIsFound(String type, String third, int row) throws IOException {
    byte[] element = HexFormat.of().parseHex(third);
    int size = element.length;
    write(
        "{\"a\": {\"dtype\": \"%s\", \"shape\": [2, 2], \"data_offsets\": [0, %d]}}"
            .formatted(type, 4 * size),
        0);
    byte[] values = new byte[4 * size];
    Arrays.fill(values, (byte) 1);
    System.arraycopy(element, 0, values, 2 * size, size);
    Files.write(folder.resolve("model.safetensors"), values, StandardOpenOption.APPEND);
    assertThat(Checkpoint.open(folder).tensor("a", 2, 2).firstRowNotFinite())
        .isEqualTo(row < 0 ? OptionalInt.empty() : OptionalInt.of(row));
  }

  private void write(String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    Files.write(folder.resolve("model.safetensors"), file.array());
  }
}
