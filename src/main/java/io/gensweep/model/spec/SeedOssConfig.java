package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;

/** {@code SeedOssForCausalLM}. */
final class SeedOssConfig {
  private static final Sizes DEFAULTS = new Sizes(155_136, 4096, 64, 80, 8, 128, 524_288);
  private static final int MLP = 27_648;

  private SeedOssConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    LayerSpec layer =
        LayerSpec.of(
            sizes
                .attention()
                .withBiases(values.flag("attention_bias", true), values.flag("attention_out_bias")),
            Sizes.gatedMlp(values, MLP, values.flag("mlp_bias")),
            LayerNorms.before(norm));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA);
  }
}
