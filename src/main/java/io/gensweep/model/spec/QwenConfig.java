package io.gensweep.model.spec;

import java.util.List;
import java.util.OptionalInt;

/**
 * {@code Qwen2ForCausalLM} (Qwen 2 and 2.5, QwQ) and {@code Qwen3ForCausalLM}, and the text of
 * Qwen3-VL, which is Qwen 3.
 */
final class QwenConfig {
  private static final int MLP = 22_016;
  private static final int WINDOW = 4096;

  /** Layers before this one see everything, where the config does not say. */
  private static final int MAX_WINDOW_LAYERS = 28;

  private QwenConfig() {}

  static DecoderSpec readQwen2(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(151_936, 4096, 32, 32, 32, 0, 32_768));
    NormSpec norm = norm(values);
    return read(values, sizes, norm, sizes.attention().withBiases(true, false), TensorNames.LLAMA);
  }

  static DecoderSpec readQwen3(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(151_936, 4096, 32, 32, 32, 128, 32_768));
    NormSpec norm = norm(values);
    boolean bias = values.flag("attention_bias");
    AttentionSpec attention =
        sizes.attention().withBiases(bias, bias).withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION);
    return read(values, sizes, norm, attention, TensorNames.LLAMA.with(TensorNames.HEAD_NORMS));
  }

  private static NormSpec norm(ConfigValues values) {
    return Sizes.rmsNorm(values, 1e-6);
  }

  private static DecoderSpec read(
      ConfigValues values, Sizes sizes, NormSpec norm, AttentionSpec attention, TensorNames names) {
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, false);
    Windows windows = windows(values, sizes);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        sizes.layers(i -> LayerSpec.of(windows.of(i, attention), mlp, LayerNorms.before(norm))),
        names);
  }

  private static Windows windows(ConfigValues values, Sizes sizes) {
    boolean sliding = values.flag("use_sliding_window");
    int from = values.wholeOrNull("max_window_layers", MAX_WINDOW_LAYERS);
    boolean has =
        sliding && (values.get("sliding_window").isMissingNode() || values.has("sliding_window"));
    return Windows.read(
        values,
        sizes,
        sliding ? OptionalInt.of(WINDOW) : OptionalInt.empty(),
        i -> has && i >= from ? Sizes.SLIDING : Sizes.FULL);
  }
}
