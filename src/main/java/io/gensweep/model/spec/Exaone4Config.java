package io.gensweep.model.spec;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * {@code Exaone4ForCausalLM}. Where some layers have a window, those without one have no positions.
 */
final class Exaone4Config {
  private static final Sizes DEFAULTS = new Sizes(102_400, 4096, 32, 32, 32, 0, 2048);
  private static final int MLP = 16_384;
  private static final int WINDOW = 4096;
  private static final String KEY = "sliding_window";

  private Exaone4Config() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    boolean windowed = values.get(KEY).isMissingNode() || values.has(KEY);
    Windows windows =
        Windows.read(values, sizes, OptionalInt.of(WINDOW), layerTypes(values, windowed));
    AttentionSpec attention = sizes.attention().withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION);
    AttentionSpec full = windowed ? attention.withRope(OptionalInt.empty()) : attention;
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, false);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        sizes.layers(
            i ->
                LayerSpec.of(
                    windows.isSliding(i) ? windows.of(i, attention) : full,
                    mlp,
                    LayerNorms.after(norm))),
        TensorNames.LLAMA.with(TensorNames.HEAD_NORMS).with(TensorNames.NORMS_AFTER));
  }

  /** By {@code sliding_window_pattern}, where {@code layer_types} does not list them. */
  private static IntFunction<String> layerTypes(ConfigValues values, boolean windowed) {
    if (!windowed || values.has("layer_types")) {
      return i -> Sizes.FULL;
    }
    return Windows.fullEvery(values.count("sliding_window_pattern", 4));
  }
}
