package io.gensweep.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.kv.KvSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Folders of many kinds, as transformers 5.24 reads them
 * (src/test/python/make_checkpoint_oracle.py).
 */
class CheckpointOracleTest {
  private static final Path FOLDERS = Path.of("src/test/resources/checkpoints");

  @TempDir private Path folder;

  static List<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDERS)) {
      return folders.filter(Files::isDirectory).map(f -> f.getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void greedyIdsAndWhatEndsThemAreThoseOfTransformers(String name) throws IOException {
    copy(name);
    JsonNode oracle = new ObjectMapper().readTree(folder.resolve("oracle.json").toFile());
    if (oracle.has("refused")) {
      assertThatThrownBy(() -> ModelFolder.open(folder)).isInstanceOf(JobError.class);
      return;
    }
    ModelFolder model = ModelFolder.open(folder);
    assertThat(model.eosTokenIds()).containsExactlyElementsOf(ints(oracle.get("ends")));
    List<Integer> prompt = ints(oracle.get("prompt"));
    List<Integer> expected = ints(oracle.get("ids"));
    try (ModelRunner runner = load(model, DType.FLOAT32)) {
      assertThat(greedy(runner, prompt, expected.size())).isEqualTo(expected);
    }
  }

  @Test
  void aHeadOfItsOwnAndTensorsOfNoUseAreWarnedAbout() throws IOException {
    copy("tied-head-of-its-own");
    assertThat(ModelFolder.open(folder).warnings())
        .singleElement()
        .asString()
        .contains(
            "tie_word_embeddings is true and the checkpoint has an lm_head.weight of its own");
    copy("tied-head-the-same");
    assertThat(ModelFolder.open(folder).warnings()).isEmpty();
    copy("unused-tensors");
    assertThat(ModelFolder.open(folder).warnings())
        .singleElement()
        .asString()
        .contains(
            "3 tensors of the checkpoint", "cube, model.layers.0.self_attn.q_proj.bias, steps");
  }

  @Test
  void int8RefusesWeightsThatAreNotFinite() throws IOException {
    for (String tensor : List.of("model.layers.1.mlp.down_proj.weight", "lm_head.weight")) {
      for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
        copy("saved");
        Path file = folder.resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        JsonNode entry =
            new ObjectMapper().readTree(new String(bytes.array(), 8, header, UTF_8)).get(tensor);
        int columns = entry.get("shape").get(1).intValue();
        int first = 8 + header + entry.get("data_offsets").get(0).intValue();
        bytes.putFloat(first + 4 * (3 * columns + 1), value);
        Files.write(file, bytes.array());
        ModelFolder model = ModelFolder.open(folder);
        assertThatThrownBy(() -> load(model, DType.INT8))
            .isInstanceOf(JobError.class)
            .hasMessageContaining("int8 cannot round the tensor " + tensor)
            .hasMessageContaining("infinity or NaN in row 3");
      }
    }
  }

  private void copy(String name) throws IOException {
    try (Stream<Path> old = Files.list(folder)) {
      old.forEach(file -> file.toFile().delete());
    }
    try (Stream<Path> files = Files.list(FOLDERS.resolve(name))) {
      files.forEach(this::copy);
    }
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
  }

  private void copy(Path file) {
    try {
      Files.copy(file, folder.resolve(file.getFileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelRunner load(ModelFolder model, DType dtype) {
    return DecoderLoader.load(
        model, new DecoderSettings(dtype, "cpu", 64, 1, 1), Backends.of(dtype).get(0));
  }

  private static List<Integer> greedy(ModelRunner runner, List<Integer> prompt, int steps) {
    KvSequence kv = runner.pool().sequence();
    int[] tokens = prompt.stream().mapToInt(Integer::intValue).toArray();
    runner.prefill(List.of(new Prefill(kv, tokens, tokens.length - 1)));
    int last = tokens[tokens.length - 1];
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      last = runner.decode(List.of(new DecodeRow(kv, last))).get(0).tokenId(0);
      ids.add(last);
    }
    kv.release();
    return ids;
  }

  private static List<Integer> ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }
}
