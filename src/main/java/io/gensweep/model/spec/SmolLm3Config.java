package io.gensweep.model.spec;

import java.util.List;
import java.util.OptionalInt;

/** {@code SmolLM3ForCausalLM}, of which some layers have no positions. */
final class SmolLm3Config {
  private static final Sizes DEFAULTS = new Sizes(128_256, 2048, 36, 16, 4, 0, 32_768);
  private static final int MLP = 11_008;
  private static final String ROTATED = "no_rope_layers";

  private SmolLm3Config() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    boolean bias = values.flag("attention_bias");
    AttentionSpec rotated = sizes.attention().withBiases(bias, bias);
    AttentionSpec still = rotated.withRope(OptionalInt.empty());
    List<Integer> listed = rotatedLayers(values, sizes);
    boolean sliding = values.flag("use_sliding_window") && values.has("sliding_window");
    Windows windows =
        Windows.read(
            values,
            sizes,
            OptionalInt.empty(),
            i -> sliding && listed.get(i) == 0 ? Sizes.SLIDING : Sizes.FULL);
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, values.flag("mlp_bias"));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions(), 2e6, 0).table(sizes.headDim())),
        sizes.layers(
            i ->
                LayerSpec.of(
                    windows.of(i, listed.get(i) == 0 ? still : rotated),
                    mlp,
                    LayerNorms.before(norm))),
        TensorNames.LLAMA);
  }

  /** 1 for each layer that is rotated, against what the key's name says, and 0 for the others. */
  private static List<Integer> rotatedLayers(ConfigValues values, Sizes sizes) {
    int interval = values.count("no_rope_layer_interval", 4);
    if (!values.has(ROTATED)) {
      return sizes.numbers().map(i -> (i + 1) % interval == 0 ? 0 : 1).boxed().toList();
    }
    List<Integer> listed = values.wholes(ROTATED);
    if (listed.size() < sizes.layers()) {
      throw values.wrong(ROTATED, "a list of " + sizes.layers() + " of 0 and 1");
    }
    return listed;
  }
}
