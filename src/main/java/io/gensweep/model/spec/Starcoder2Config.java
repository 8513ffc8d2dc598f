package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code Starcoder2ForCausalLM}: StarCoder 2. */
final class Starcoder2Config {
  private static final Sizes DEFAULTS = new Sizes(49_152, 3072, 30, 24, 2, 0, 4096);
  private static final int MLP = 12_288;

  private Starcoder2Config() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = new NormSpec.LayerNorm(Sizes.epsilon(values, "norm_epsilon", 1e-5), true);
    boolean bias = values.flag("use_bias", true);
    int window = values.wholeOrNull("sliding_window", 0);
    AttentionSpec attention = sizes.attention().withBiases(bias, bias);
    LayerSpec layer =
        LayerSpec.of(
            window > 0 ? attention.withWindow(window) : attention,
            new MlpSpec.Plain(
                values.count("intermediate_size", MLP),
                Sizes.activation(values, "hidden_act", "gelu_pytorch_tanh"),
                bias),
            LayerNorms.before(norm));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA.with(Map.of("up", "mlp.c_fc", "down", "mlp.c_proj")));
  }
}
