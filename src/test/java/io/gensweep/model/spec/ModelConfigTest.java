package io.gensweep.model.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelConfigTest {
  private static final String CONFIG =
      """
      {
        "model_type": "llama",
        "vocab_size": 512,
        "hidden_size": 192,
        "intermediate_size": 500,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-05,
        "max_position_embeddings": 256,
        "tie_word_embeddings": true,
        "mlp_bias": true,
        "rope_parameters": {"rope_type": "linear", "rope_theta": 500.0, "factor": 4},
        "torch_dtype": "bfloat16"
      }
      """;

  @Test
  void aLlamaIsReadIntoItsSpec() {
    NormSpec norm = NormSpec.RootMeanSquare.rounded(1e-5);
    LayerSpec layer =
        LayerSpec.of(
            AttentionSpec.of(6, 2, 32),
            new MlpSpec.Gated(500, Activation.SILU, true),
            LayerNorms.before(norm));
    DecoderSpec spec = ModelConfig.read(JsonFile.object(CONFIG, "config.json"));
    assertThat(spec)
        .isEqualTo(
            new DecoderSpec(
                512,
                192,
                256,
                "bfloat16",
                EndsSpec.of(true, norm),
                List.of(new RopeSpec(500, 32, false, new RopeScaling.Linear(4))),
                Collections.nCopies(3, layer),
                TensorNames.LLAMA));
    assertThat(spec.kvBytesPerToken(DType.BFLOAT16)).isEqualTo(3 * 2 * 2 * 32 * 2);
  }

  @Test
  void layersThatShareKeysAndValuesKeepNone() {
    DecoderSpec spec =
        ModelConfig.read(
            JsonFile.object(
                """
                {"model_type": "gemma4_text", "num_hidden_layers": 12, "num_kv_shared_layers": 4}
                """,
                "config.json"));
    // Of the first eight, seven have 4 heads of 256, and one has 4 of 512.
    assertThat(spec.kvBytesPerToken(DType.BFLOAT16)).isEqualTo((7 * 256 + 512) * 4 * 2 * 2);
    assertThat(spec.attention().skip(8).map(AttentionSpec::kv))
        .containsExactly(
            new KvSource.OfLayer(7),
            new KvSource.OfLayer(7),
            new KvSource.OfLayer(7),
            new KvSource.OfLayer(5));
  }

  @ParameterizedTest
  @MethodSource
  void whatWouldBeAnotherModelIsRefusedByItsKey(String config, String message) {
    assertThatThrownBy(() -> ModelConfig.read(JsonFile.object(config, "config.json")))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("config.json: " + message);
  }

  static Stream<Arguments> whatWouldBeAnotherModelIsRefusedByItsKey() {
    return Stream.of(
        Arguments.of(
            """
            {"model_type": "mixtral", "num_local_experts": 2, "num_experts_per_tok": 3}
            """,
            "num_experts_per_tok must be at most 2, the number of experts, was 3"),
        Arguments.of(
            """
            {"model_type": "qwen3_moe", "shared_expert_intermediate_size": 40}
            """,
            "shared_expert_intermediate_size is not supported, was 40"),
        Arguments.of(
            """
            {"model_type": "glm4_moe", "head_dim": 128, "n_routed_experts": 6, "n_group": 4}
            """,
            "n_group must divide the 6 experts into groups of 2 or more"),
        Arguments.of(
            """
            {"model_type": "phi3", "rope_scaling": {"rope_type": "linear", "factor": 2}}
            """,
            "rope_type of phi3 must be default or longrope, was linear"),
        Arguments.of(
            """
            {"model_type": "gemma3_text", "rope_parameters": {"rope_theta": 1000.0}}
            """,
            "rope_parameters must be an object with full_attention and sliding_attention, was "),
        Arguments.of(
            """
            {"model_type": "gemma3_text", "attn_logit_softcapping": 50.0}
            """,
            "attn_logit_softcapping is not supported, was 50.0"),
        Arguments.of(
            """
            {"model_type": "gemma4_text", "per_layer_config": {"05": {"head_dim": 64}}}
            """,
            "per_layer_config must be the same for all layers of full_attention, was "),
        Arguments.of(
            """
            {"model_type": "gemma4_text", "per_layer_config": {"05": {"sliding_window": 64}}}
            """,
            "per_layer_config must be of head_dim and num_key_value_heads by layer, was "),
        Arguments.of(
            """
            {"model_type": "gemma4_text", "num_kv_shared_layers": 28}
            """,
            "num_kv_shared_layers must be so small that a layer of full_attention comes before"),
        Arguments.of(
            """
            {"model_type": "gemma4_text", "enable_moe_block": true, "num_experts": 4}
            """,
            "top_k_experts must be a whole number above 0, since enable_moe_block is true, was "),
        Arguments.of(
            """
            {"model_type": "gemma4_text", "vocab_size_per_layer_input": 8}
            """,
            "vocab_size_per_layer_input must be at least vocab_size, which is 262144, was 8"),
        Arguments.of(
            """
            {"model_type": "llama", "rope_scaling": {"rope_type": "dynamic", "alpha": 1000.0}}
            """,
            "rope_scaling: alpha must be absent; it is no part of this architecture, was 1000.0"),
        Arguments.of(
            """
            {"model_type": "smollm3", "num_hidden_layers": 3, "no_rope_layers": [1, 0]}
            """,
            "no_rope_layers must be a list of 3 of 0 and 1, was [1,0]"));
  }

  @Test
  void anUnknownArchitectureIsRefusedByItsName() {
    assertThatThrownBy(
            () ->
                ModelConfig.read(
                    JsonFile.object(CONFIG.replace("\"llama\"", "\"mamba\""), "config.json")))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("config.json: model_type \"mamba\" is not supported; supported: ")
        .hasMessageContaining(", llama, ");
  }
}
