package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;

/** {@code MistralForCausalLM}: Mistral 7B, Nemo and Small. */
final class MistralConfig {
  private static final Sizes DEFAULTS = new Sizes(32_000, 4096, 32, 32, 8, 0, 131_072);
  private static final int MLP = 14_336;

  /** Where the key is absent; null is no window. */
  private static final int WINDOW = 4096;

  private MistralConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = NormSpec.RootMeanSquare.rounded(Sizes.epsilon(values, "rms_norm_eps", 1e-6));
    boolean absent = values.get("sliding_window").isMissingNode();
    int window = absent ? WINDOW : values.wholeOrNull("sliding_window", 0);
    AttentionSpec attention = sizes.attention();
    LayerSpec layer =
        LayerSpec.of(
            window > 0 ? attention.withWindow(window) : attention,
            new MlpSpec.Gated(
                values.count("intermediate_size", MLP),
                Sizes.activation(values, "hidden_act", "silu"),
                false),
            LayerNorms.before(norm));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA);
  }
}
