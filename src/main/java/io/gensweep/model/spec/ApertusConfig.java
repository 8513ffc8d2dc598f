package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JsonFile;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code ApertusForCausalLM}. */
final class ApertusConfig {
  private static final Sizes DEFAULTS = new Sizes(131_072, 4096, 32, 32, 0, 0, 65_536);
  private static final int MLP = 14_336;
  private static final double THETA = 12_000_000;

  /** What transformers reads of positions where the config says nothing. */
  private static final JsonNode ROPE =
      JsonFile.object(
          """
          {
            "rope_type": "llama3",
            "rope_theta": 12000000.0,
            "factor": 8.0,
            "original_max_position_embeddings": 8192,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0
          }
          """,
          "ApertusConfig");

  private static final TensorNames NAMES =
      TensorNames.LLAMA
          .with(Map.of("mixer_norm", "attention_layernorm", "mlp_norm", "feedforward_layernorm"))
          .with(TensorNames.HEAD_NORMS)
          .withSources(
              Map.of(
                  "activation_positive", TensorSource.of("mlp.act_fn.alpha_p", ""),
                  "activation_negative", TensorSource.of("mlp.act_fn.alpha_n", "")));

  private ApertusConfig() {}

  static DecoderSpec read(ConfigValues given) {
    ConfigValues values = given.withDefault("rope_parameters", ROPE);
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    boolean bias = values.flag("attention_bias");
    AttentionSpec attention =
        sizes.attention().withBiases(bias, bias).withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION);
    MlpSpec mlp =
        new MlpSpec.Plain(
            values.count("intermediate_size", MLP),
            Sizes.activation(values, "hidden_act", "xielu"),
            false);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions(), THETA, 0).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.before(norm))),
        NAMES);
  }
}
