package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.model.spec.RopeScaling;
import io.gensweep.model.spec.RopeSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders from anyone. What transformers 5.24 says of each value was tried with it; where it would
 * go on and this decoder cannot, the value is refused.
 */
@Timeout(60)
class ModelFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @BeforeEach
  void writeAFolderThatIsWhole() throws IOException {
    new RandomCheckpoint(64, 32, 48, 2, 4, 2, 8, false).in(folder);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
  }

  @ParameterizedTest
  @CsvSource({
    "tokenizer.model, has no tokenizer.json; its tokenizer.model is not read; make one there with",
    "tekken.json, has no tokenizer.json; its tekken.json is not read; make one there with",
    "other, has no tokenizer.json; make one there with transformers: AutoTokenizer"
  })
  void aTokenizerOfAnotherKindIsRefusedWithTheRemedy(String file, String said) throws IOException {
    new RandomCheckpoint(64, 32, 48, 2, 4, 2, 8, false).in(folder);
    Files.delete(folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve(file), "x");
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: " + folder + " " + said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "num_attention_heads; 0; whole number from 1",
        "num_attention_heads; -4; whole number from 1",
        "num_attention_heads; 4.0; whole number from 1",
        "num_attention_heads; '4'; whole number from 1",
        "num_attention_heads; true; whole number from 1",
        "num_attention_heads; null; whole number from 1",
        "num_attention_heads; [4]; whole number from 1",
        "num_attention_heads; 1099511627776; whole number from 1",
        "num_attention_heads; 1e400; whole number from 1",
        "num_attention_heads; 3; multiple of",
        "num_key_value_heads; 3; multiple of num_key_value_heads",
        "num_key_value_heads; {}; whole number from 1",
        "num_hidden_layers; 0; whole number from 1",
        "num_hidden_layers; 3; has no tensor model.layers.2.input_layernorm.weight",
        "num_hidden_layers; 2147483647; has no tensor model.layers.2.",
        "vocab_size; 2147483647; has shape [64, 32], config.json asks for [2147483647, 32]",
        "vocab_size; 63; has shape",
        "hidden_size; 2147483647; multiple of",
        "intermediate_size; 2147483647; has shape",
        "head_dim; 2147483646; at most",
        "head_dim; 7; head_dim must be even",
        "head_dim; 16; has shape",
        "max_position_embeddings; 0; whole number from 1",
        "max_position_embeddings; 18446744073709551616; whole number from 1",
        "rms_norm_eps; 1; point or an exponent",
        "rms_norm_eps; 1e400; a number above 0",
        "rms_norm_eps; -1e-5; a number above 0",
        "rms_norm_eps; 'x'; a number above 0",
        "tie_word_embeddings; 1; true or false",
        "tie_word_embeddings; 'false'; true or false",
        "tie_word_embeddings; null; true or false",
        "attention_bias; []; true or false",
        "attention_bias; true; has no tensor model.layers.0.self_attn.q_proj.bias",
        "model_type; 'mamba'; model_type 'mamba' is not supported",
        "model_type; null; model_type must be a text",
        "model_type; 7; model_type must be a text",
        "hidden_act; 'selu'; hidden_act 'selu' is not supported",
        "dtype; 'float8_e4m3fn'; dtype must be one of",
        "dtype; 16; dtype must be a text",
        "torch_dtype; 'half'; torch_dtype must be one of",
        "eos_token_id; -1; token id >= 0",
        "eos_token_id; [[2]]; token id >= 0",
        "eos_token_id; []; token id >= 0",
        "eos_token_id; '2'; token id >= 0",
        "eos_token_id; 2.0; token id >= 0",
        "eos_token_id; 1099511627776; token id >= 0",
        "eos_token_id; {'a': 1}; token id >= 0",
        "rope_scaling; [1]; rope_scaling must be an object, was [1]",
        "rope_scaling; []; rope_scaling must be an object",
        "rope_scaling; 'linear'; rope_scaling must be an object",
        "rope_scaling; false; rope_scaling must be an object",
        "rope_parameters; 4; rope_parameters must be an object",
        "rope_scaling; {'type': 'linear'}; factor must be a number above 0, was nothing",
        "rope_scaling; {'type': 'linear', 'factor': 0}; factor must be a number above 0",
        "rope_scaling; {'type': 'linear', 'factor': 1e999}; factor must be a number above 0",
        "rope_scaling; {'type': 'linear', 'factor': '2'}; factor must be a number above 0",
        "rope_scaling; {'type': 'ntk', 'factor': 2}; rope_type 'ntk' is not supported",
        "rope_scaling; {'type': 'longrope', 'factor': 2}; short_factor must be a list of",
        "rope_scaling; {'rope_type': null}; rope_type must be a text",
        "rope_scaling; {'rope_type': ['linear']}; rope_type must be a number or a text",
        "rope_parameters; {'full_attention': {'rope_type': 'default'}}; rope by layer type",
        "rope_parameters; {'rope_theta': null}; rope_theta must be a number above 0",
        "rope_parameters; {'rope_theta': -1}; rope_theta must be a number above 0",
        "rope_parameters; {'rope_type': 'default', 'partial_rotary_factor': 0.5}; rotating part",
        "rope_theta; 'x'; rope_theta must be a number above 0",
        "quantization_config; {'quant_method': 'gptq'}; quantization_config.quant_method is not",
        "sliding_window; 64; sliding_window is not supported",
        "layer_types; ['sliding_attention']; layer_types is not supported",
        "attention_chunk_size; 8; attention_chunk_size is not supported",
        "per_layer_config; {'0': {}}; per_layer_config is not supported",
        "transformers_weights; 'x.safetensors'; transformers_weights is not supported",
        "is_causal; false; is_causal is not supported",
        "is_encoder_decoder; true; is_encoder_decoder is not supported",
        "partial_rotary_factor; 0.5; partial_rotary_factor is not supported",
        "attention_multiplier; 0.1; attention_multiplier is not supported",
        "logits_scaling; 8; logits_scaling is not supported",
        "final_logit_softcapping; 30; final_logit_softcapping is not supported",
        "num_local_experts; 8; num_local_experts is not supported",
        "no_rope_layers; [1, 0]; no_rope_layers is not supported",
      })
  void aConfigThatCannotBeHonouredIsRefusedByKey(String key, String value, String said)
      throws IOException {
    edit(key, value.replace('\'', '"'));
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(said.replace('\'', '"'))
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "pretraining_tp; 4",
        "use_cache; false",
        "attention_dropout; 0.5",
        "initializer_range; 0.3",
        "sliding_window; null",
        "sliding_window; 100000",
        "layer_types; ['full_attention', 'full_attention']",
        "no_rope_layers; [1, 1]",
        "no_rope_layers; []",
        "partial_rotary_factor; 1.0",
        "logits_scaling; 1",
        "num_experts; 0",
        "rope_scaling; null",
        "rope_scaling; {}",
        "quantization_config; null",
        "num_key_value_heads; 2",
        "dtype; null",
        "eos_token_id; null",
        "_name_or_path; 'somewhere'",
        "transformers_version; '4.20.0'",
        "what_no_one_knows; {'a': [1]}",
      })
  void aConfigWhoseKeyChangesNothingPasses(String key, String value) throws IOException {
    edit(key, value.replace('\'', '"'));
    assertThat(ModelFolder.open(folder).spec().layers()).hasSize(2);
    assertThat(ModelFolder.open(folder).warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "generation_config.json", "model.safetensors.index.json"})
  void aFileThatIsNoJsonObjectIsNamed(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.move(folder.resolve("model.safetensors"), folder.resolve("weights.safetensors"));
    String deep = "{\"a\": " + "[".repeat(5_000) + "]".repeat(5_000) + "}";
    for (String content :
        new String[] {
          "",
          " ",
          "{",
          "[]",
          "null",
          "7",
          "\"x\"",
          "{\"a\": NaN}",
          "{\"a\": Infinity}",
          "{} {}",
          "{\"a\": 1, \"a\": 1}",
          "{'a': 1}",
          "\uFEFF{}",
          deep,
          "{\"a\": " + "9".repeat(2_000) + "}"
        }) {
      Files.writeString(file, content);
      assertNamed(file);
    }
    Files.write(file, "{\"a\": \"\u00e4\"}".getBytes(StandardCharsets.UTF_16));
    assertNamed(file);
    Files.write(file, "{\"a\": \"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertNamed(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "model.safetensors.index.json"
      })
  void whatIsNoRegularFileIsNotOpened(String name) throws Exception {
    if (name.endsWith("index.json")) {
      Files.delete(folder.resolve("model.safetensors"));
    }
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertNamed(file);
    Files.delete(file);
    for (String target : new String[] {"/dev/zero", "/dev/tty", "gone", name, "/proc/self/mem"}) {
      Files.createSymbolicLink(file, Path.of(target));
      assertNamed(file);
      Files.delete(file);
    }
    Files.createDirectory(file);
    assertNamed(file);
    Files.delete(file);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 30);
    }
    assertNamed(file);
  }

  private void assertNamed(Path file) {
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: ")
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("\n");
  }

  @Test
  void generationConfigRulesOverConfigOnWhatEndsAText() throws IOException {
    edit("eos_token_id", "[2, 5]");
    assertThat(ModelFolder.open(folder).eosTokenIds()).containsExactly(2, 5);
    Path generation = folder.resolve("generation_config.json");
    Files.writeString(generation, "{\"eos_token_id\": [7, 70]}");
    ModelFolder opened = ModelFolder.open(folder);
    assertThat(opened.eosTokenIds()).containsExactly(7);
    assertThat(opened.warnings())
        .containsExactly("eos_token_id 70 is not in [0, 64); no continuation can end with it");
    Files.writeString(generation, "{\"eos_token_id\": null}");
    opened = ModelFolder.open(folder);
    assertThat(opened.eosTokenIds()).isEmpty();
    assertThat(opened.warnings())
        .containsExactly(
            "generation_config.json has no eos_token_id, so only stop strings and max_tokens end a"
                + " continuation; config.json has [2,5]");
    Files.writeString(generation, "{\"eos_token_id\": [[1]]}");
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("generation_config.json: eos_token_id must be a token id >= 0");
  }

  @Test
  void oddConfigsAreWarnedAbout() throws IOException {
    edit("pad_token_id", "-1");
    edit("architectures", "[\"MyModel\"]");
    edit("rope_scaling", "{\"type\": \"linear\", \"factor\": 0.5, \"beta\": 1}");
    assertThat(ModelFolder.open(folder).warnings())
        .containsExactly(
            "config.json: pad_token_id -1 is not in [0, 64); it is not used",
            "config.json: architectures is [\"MyModel\"]; by its model_type it is read as"
                + " LlamaForCausalLM",
            "config.json: rope_scaling: factor should be >= 1, was 0.5",
            "config.json: rope_scaling: beta is not used");
  }

  @Test
  void ropeIsReadInTheOrderOfTransformers() throws IOException {
    edit("rope_theta", "500");
    assertThat(ModelFolder.open(folder).spec().ropes().get(0).theta()).isEqualTo(500);
    edit("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 700}");
    assertThat(ModelFolder.open(folder).spec().ropes().get(0).theta()).isEqualTo(700);
    edit("rope_scaling", "{\"type\": \"linear\", \"factor\": 4}");
    assertThat(ModelFolder.open(folder).spec().ropes().get(0).theta()).isEqualTo(500);
    assertThat(ModelFolder.open(folder).spec().ropes().get(0).scaling().factor()).isEqualTo(4);
    edit(
        "rope_scaling",
        "{\"type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4}");
    int positions = ModelFolder.open(folder).spec().maxPositions();
    assertThat(ModelFolder.open(folder).spec().ropes())
        .extracting(RopeSpec::theta, RopeSpec::scaling)
        .containsExactly(tuple(500.0, new RopeScaling.Llama3(8, 1, 4, positions)));
    edit("original_max_position_embeddings", "16");
    assertThat(ModelFolder.open(folder).spec().ropes())
        .extracting(RopeSpec::theta, RopeSpec::scaling)
        .containsExactly(tuple(500.0, new RopeScaling.Llama3(8, 1, 4, 16)));
  }

  /** The value is text, since no JSON library would write 1e400. */
  private void edit(String key, String value) throws IOException {
    Path file = folder.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    config.remove(key);
    String rest = config.toString();
    Files.writeString(
        file, rest.substring(0, rest.length() - 1) + ", \"%s\": %s}".formatted(key, value));
  }
}
