package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;

/** {@code Ernie4_5ForCausalLM}. */
final class Ernie45Config {
  private static final Sizes DEFAULTS = new Sizes(103_424, 1024, 18, 16, 2, 128, 131_072);
  private static final int MLP = 3072;

  private Ernie45Config() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    boolean bias = values.flag("use_bias");
    LayerSpec layer =
        LayerSpec.of(
            sizes.attention().withBiases(bias, bias),
            Sizes.gatedMlp(values, MLP, bias),
            LayerNorms.before(norm));
    RopeSpec rope = RopeConfig.of(values, sizes.maxPositions(), 500_000, 0).table(sizes.headDim());
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm),
        List.of(rope.withInterleaved()),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA);
  }
}
