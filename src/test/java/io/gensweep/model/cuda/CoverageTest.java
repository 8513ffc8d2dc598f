package io.gensweep.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoverageTest {
  private static final String SIZES =
      """
      "hidden_size": 1024, "intermediate_size": 2816, "num_hidden_layers": 2,
      "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 64, "vocab_size": 32000,
      "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "hidden_act": "silu"
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "LlamaForCausalLM   | llama   | ",
        "MistralForCausalLM | mistral | \"sliding_window\": 512",
        "Qwen2ForCausalLM   | qwen2   | ",
        "Qwen3ForCausalLM   | qwen3   | ",
        "LlamaForCausalLM   | llama   | \"num_key_value_heads\": 1, \"head_dim\": 128",
      })
  void modelsLikeLlamaAreComputed(String architecture, String type, String more)
      throws IOException {
    assertThat(whyNot(architecture, type, more)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "LlamaForCausalLM   | llama   | \"head_dim\": 80 | heads of 32",
        "LlamaForCausalLM   | llama   | \"hidden_size\": 1020, \"num_attention_heads\": 12 | sizes that are multiples of 16",
        "LlamaForCausalLM   | llama   | \"mlp_bias\": true | an MLP of gate, up and SiLU",
        "GraniteForCausalLM | granite | \"logits_scaling\": 8 | Llama's ends",
        "Olmo2ForCausalLM   | olmo2   | | Llama's ends",
        "SmolLM3ForCausalLM | smollm3 | \"no_rope_layers\": [1, 0] | layers that are all alike",
      })
  void othersAreNamed(String architecture, String type, String more, String why)
      throws IOException {
    assertThat(whyNot(architecture, type, more).orElseThrow()).startsWith("they take " + why);
  }

  @Test
  void theTinyModelIsComputed() throws IOException {
    Path config = Path.of("data/models/tiny/config.json");
    DecoderSpec spec = ModelConfig.read((ObjectNode) new ObjectMapper().readTree(config.toFile()));
    assertThat(Coverage.whyNot(spec)).isEmpty();
  }

  private static Optional<String> whyNot(String architecture, String type, String more)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode config = (ObjectNode) mapper.readTree("{" + SIZES + "}");
    config.put("model_type", type).putArray("architectures").add(architecture);
    if (more != null) {
      config.setAll((ObjectNode) mapper.readTree("{" + more + "}"));
    }
    return Coverage.whyNot(ModelConfig.read(config));
  }
}
