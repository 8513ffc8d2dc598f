package io.gensweep.model.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

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
  void anUnknownArchitectureIsRefusedByItsName() {
    assertThatThrownBy(
            () ->
                ModelConfig.read(
                    JsonFile.object(CONFIG.replace("\"llama\"", "\"mamba\""), "config.json")))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("config.json: model_type \"mamba\" is not supported; supported: ")
        .hasMessageContaining("llama (LlamaForCausalLM)");
  }
}
