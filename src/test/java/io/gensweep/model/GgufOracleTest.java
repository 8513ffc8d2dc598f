package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.gguf.GgufFixture;
import io.gensweep.model.gguf.GgufModel;
import io.gensweep.model.weights.Checkpoint;
import io.gensweep.model.weights.Mapping;
import io.gensweep.model.weights.StoredTensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that llama.cpp converted, against what they were converted from. */
class GgufOracleTest {
  /** Keys of config.json that say nothing of the decoder, or that only training has. */
  private static final Set<String> NOT_OF_THE_DECODER =
      Set.of(
          "_sliding_window_pattern",
          "attention_dropout",
          "embd_pdrop",
          "initializer_range",
          "max_window_layers",
          "pretraining_tp",
          "resid_pdrop",
          "transformers_version",
          "use_bidirectional_attention",
          "use_cache");

  static List<String> models() {
    return GgufFixture.MODELS;
  }

  @ParameterizedTest
  @MethodSource("models")
  void theConfigIsTransformersOwn(String name) throws IOException {
    ObjectNode expected = (ObjectNode) GgufFixture.oracle(name).get("config");
    expected.remove(NOT_OF_THE_DECODER);
    if (!expected.path("layer_types").toString().contains("sliding")) {
      expected.remove("layer_types");
    }
    // Where config.json has no head_dim, the other sizes say it.
    int heads = expected.get("num_attention_heads").intValue();
    if (!expected.has("head_dim")) {
      expected.put("head_dim", expected.get("hidden_size").intValue() / heads);
    }
    ObjectNode config = GgufModel.open(GgufFixture.file(name)).files().get("config.json");
    assertThat(new ObjectMapper().readTree(config.toString())).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyTensorHasTheBitsOfTransformers(String name) {
    JsonNode tensors = GgufFixture.oracle(name).get("tensors");
    Checkpoint checkpoint = GgufModel.open(GgufFixture.file(name)).checkpoint();
    boolean addsOne = name.startsWith("gemma");
    for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
      JsonNode facts = entry.getValue();
      long[] shape =
          StreamSupport.stream(facts.get(0).spliterator(), false)
              .mapToLong(JsonNode::longValue)
              .toArray();
      float[] expected =
          new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
      for (int i = 0; i < expected.length; i++) {
        float value =
            FormulaCheckpoint.value(
                FormulaCheckpoint.fnv1a64(entry.getKey()) + i,
                facts.get(1).doubleValue(),
                facts.get(2).doubleValue());
        // The file holds the rounded sum.
        expected[i] = addsOne && entry.getKey().endsWith("norm.weight") ? value + 1 - 1 : value;
      }
      assertThat(read(checkpoint.tensor(entry.getKey(), shape)))
          .as(entry.getKey())
          .isEqualTo(expected);
    }
    assertThat(checkpoint.unused()).isEmpty();
  }

  private static float[] read(StoredTensor tensor) {
    float[] values = new float[tensor.rowCount() * tensor.rowSize()];
    try (Mapping rows = tensor.stored(0, tensor.rowCount())) {
      rows.bytes().asFloatBuffer().get(values);
    }
    return values;
  }
}
