package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code Olmo2ForCausalLM}, {@code Olmo3ForCausalLM} and {@code OlmoeForCausalLM}. */
final class OlmoConfig {
  private static final Sizes DEFAULTS = new Sizes(50_304, 4096, 32, 32, 0, 0, 2048);
  private static final Sizes OLMOE = new Sizes(50_304, 2048, 16, 16, 0, 0, 4096);
  private static final int MLP = 11_008;
  private static final int WINDOW = 4096;

  /** Of OLMo 3, where the config has none. */
  private static final double THETA = 500_000;

  private static final TensorNames NAMES =
      TensorNames.LLAMA.with(TensorNames.HEAD_NORMS).with(TensorNames.NORMS_AFTER);

  private OlmoConfig() {}

  static DecoderSpec readOlmo2(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = floatNorm(values);
    LayerSpec layer = layer(values, attention(values, sizes, norm), norm);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        NAMES);
  }

  static DecoderSpec readOlmo3(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = floatNorm(values);
    Windows windows = Windows.read(values, sizes, OptionalInt.of(WINDOW), Windows.fullEvery(4));
    // As in transformers, rope_theta counts for layers without a window alone.
    LayerRopes ropes = new LayerRopes(values, sizes, values.positive("rope_theta", THETA), THETA);
    AttentionSpec attention = attention(values, sizes, norm);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        ropes.tables(),
        sizes.layers(i -> layer(values, LayerRopes.of(windows, i, attention), norm)),
        NAMES);
  }

  static DecoderSpec readOlmoe(ConfigValues values) {
    Sizes sizes = Sizes.read(values, OLMOE);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    int count = ExpertsConfig.count(values, 64, "num_experts", "num_local_experts");
    RouterSpec router =
        RouterSpec.of(
            RouterSpec.Kind.SOFTMAX,
            ExpertsConfig.chosen(values, 8, count),
            values.flag("norm_topk_prob"));
    MlpSpec mlp =
        new MlpSpec.Experts(count, Sizes.gatedMlp(values, 2048, false), router, Optional.empty());
    LayerSpec layer =
        LayerSpec.of(
            attention(values, sizes, norm).withClip(values.positiveOrNone("clip_qkv", 0)),
            mlp,
            LayerNorms.before(norm));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        TensorNames.LLAMA_EXPERTS.with(TensorNames.HEAD_NORMS));
  }

  private static NormSpec floatNorm(ConfigValues values) {
    return NormSpec.RootMeanSquare.inFloat(Sizes.epsilon(values, "rms_norm_eps", 1e-5));
  }

  private static AttentionSpec attention(ConfigValues values, Sizes sizes, NormSpec norm) {
    boolean bias = values.flag("attention_bias");
    return sizes.attention().withBiases(bias, bias).withHeadNorm(norm, HeadNorm.Place.WHOLE_WIDTH);
  }

  private static LayerSpec layer(ConfigValues values, AttentionSpec attention, NormSpec norm) {
    return LayerSpec.of(attention, Sizes.gatedMlp(values, MLP, false), LayerNorms.after(norm));
  }
}
