package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code HunYuanDenseV1ForCausalLM}. */
final class HunYuanConfig {
  private static final Sizes DEFAULTS = new Sizes(290_943, 4096, 32, 32, 0, 0, 2048);
  private static final int MLP = 11_008;

  private static final TensorNames NAMES =
      TensorNames.LLAMA.with(
          Map.of(
              "query_norm", "self_attn.query_layernorm",
              "key_norm", "self_attn.key_layernorm"));

  private HunYuanConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    boolean bias = values.flag("attention_bias");
    AttentionSpec attention =
        sizes.attention().withBiases(bias, bias).withHeadNorm(norm, HeadNorm.Place.AFTER_ROTATION);
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, false);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).tableByAlpha(sizes.headDim())),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.before(norm))),
        NAMES);
  }
}
