package io.gensweep.model.spec;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** {@code CohereForCausalLM} (Command R, Aya) and {@code Cohere2ForCausalLM} (Command R7B, A). */
final class CohereConfig {
  private static final Sizes DEFAULTS = new Sizes(256_000, 8192, 40, 64, 0, 0, 8192);
  private static final int MLP = 22_528;
  private static final int WINDOW = 4096;

  private CohereConfig() {}

  static DecoderSpec readCohere(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = norm(values);
    AttentionSpec attention = attention(values, sizes);
    boolean headNorm = values.flag("use_qk_norm");
    AttentionSpec normed =
        headNorm ? attention.withHeadNorm(norm, HeadNorm.Place.WEIGHTS_BY_HEAD) : attention;
    RopeConfig rope = RopeConfig.of(values, sizes.maxPositions(), 500_000, 0);
    return decoder(values, sizes, rope, sizes.layers(i -> layer(values, normed, norm)));
  }

  /** Layers that see all positions are not rotated. */
  static DecoderSpec readCohere2(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = norm(values);
    AttentionSpec attention = attention(values, sizes);
    int pattern = values.count("sliding_window_pattern", 4);
    Windows windows =
        Windows.read(
            values,
            sizes,
            OptionalInt.of(WINDOW),
            i -> (i + 1) % pattern != 0 ? Sizes.SLIDING : Sizes.FULL);
    AttentionSpec unrotated = attention.withRope(OptionalInt.empty());
    RopeConfig rope = RopeConfig.of(values, sizes.maxPositions());
    return decoder(
        values,
        sizes,
        rope,
        sizes.layers(
            i -> layer(values, windows.of(i, windows.isSliding(i) ? attention : unrotated), norm)));
  }

  private static NormSpec norm(ConfigValues values) {
    return new NormSpec.LayerNorm(Sizes.epsilon(values, "layer_norm_eps", 1e-5), false);
  }

  private static AttentionSpec attention(ConfigValues values, Sizes sizes) {
    boolean bias = values.flag("attention_bias");
    return sizes.attention().withBiases(bias, bias);
  }

  private static LayerSpec layer(ConfigValues values, AttentionSpec attention, NormSpec norm) {
    MlpSpec mlp =
        new MlpSpec.Gated(
            values.count("intermediate_size", MLP),
            Sizes.activation(values, "hidden_act", "silu"),
            false);
    return new LayerSpec(attention, mlp, LayerNorms.shared(norm), true, 1);
  }

  private static DecoderSpec decoder(
      ConfigValues values, Sizes sizes, RopeConfig rope, List<LayerSpec> layers) {
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm(values))
            .withLogits(values.positive("logit_scale", 0.0625), 0),
        List.of(rope.table(sizes.headDim()).withInterleaved()),
        layers,
        TensorNames.LLAMA.with(
            Map.of("query_norm", "self_attn.q_norm", "key_norm", "self_attn.k_norm")));
  }
}
