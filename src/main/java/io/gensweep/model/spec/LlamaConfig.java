package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;

/** {@code LlamaForCausalLM}: Llama 2 and 3, SmolLM2, TinyLlama and many others. */
final class LlamaConfig {
  private static final Sizes DEFAULTS = new Sizes(32_000, 4096, 32, 32, 0, 0, 2048);
  private static final int MLP = 11_008;

  private LlamaConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    boolean tied = values.flag("tie_word_embeddings");
    boolean attentionBias = values.flag("attention_bias");
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, values.flag("mlp_bias"));
    RopeSpec rope = RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim());
    sizes.requireWholeHeads();
    LayerSpec layer =
        LayerSpec.of(
            sizes.attention().withBiases(attentionBias, attentionBias),
            mlp,
            LayerNorms.before(norm));
    return sizes.decoder(
        values,
        EndsSpec.of(tied, norm),
        List.of(rope),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA);
  }
}
