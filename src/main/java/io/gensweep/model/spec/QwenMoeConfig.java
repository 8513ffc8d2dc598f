package io.gensweep.model.spec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * {@code Qwen2MoeForCausalLM} (Qwen 1.5 and 2) and {@code Qwen3MoeForCausalLM}. Some layers may
 * have one MLP in place of experts.
 */
final class QwenMoeConfig {
  private static final int WINDOW = 4096;

  private QwenMoeConfig() {}

  static DecoderSpec readQwen2(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(151_936, 2048, 24, 16, 16, 0, 32_768));
    boolean sliding = values.flag("use_sliding_window");
    int before = values.wholeOrNull("max_window_layers", 28);
    Windows windows =
        Windows.read(
            values,
            sizes,
            sliding ? OptionalInt.of(WINDOW) : OptionalInt.empty(),
            i -> sliding && i % 2 == 0 && i < before ? Sizes.SLIDING : Sizes.FULL);
    AttentionSpec attention = sizes.attention().withBiases(values.flag("qkv_bias", true), false);
    MlpSpec.Gated shared = expert(values, values.count("shared_expert_intermediate_size", 5632));
    int count = ExpertsConfig.count(values, 60, "num_experts");
    MlpSpec experts =
        new MlpSpec.Experts(
            count,
            expert(values, values.count("moe_intermediate_size", 1408)),
            router(values, 4, count),
            Optional.of(new MlpSpec.Shared(shared, true)));
    MlpSpec dense = expert(values, values.count("intermediate_size", 5632));
    TensorNames names = TensorNames.LLAMA_EXPERTS.with(TensorNames.SHARED_EXPERT);
    return decoder(values, sizes, i -> windows.of(i, attention), dense, experts, names);
  }

  static DecoderSpec readQwen3(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(151_936, 2048, 24, 32, 4, 0, 32_768));
    boolean bias = values.flag("attention_bias");
    AttentionSpec plain =
        sizes
            .attention()
            .withBiases(bias, bias)
            .withHeadNorm(Sizes.rmsNorm(values, 1e-6), HeadNorm.Place.BEFORE_ROTATION);
    AttentionSpec attention =
        values.flag("use_sliding_window")
            ? Windows.onAllLayers(values, OptionalInt.of(WINDOW), plain)
            : plain;
    // Without use_sliding_window it is not looked at.
    values.get("sliding_window");
    int count = ExpertsConfig.count(values, 128, "num_local_experts", "num_experts");
    MlpSpec experts =
        new MlpSpec.Experts(
            count,
            expert(values, values.count("moe_intermediate_size", 768)),
            router(values, 8, count),
            Optional.empty());
    MlpSpec dense = expert(values, values.count("intermediate_size", 6144));
    TensorNames names = TensorNames.LLAMA_EXPERTS.with(TensorNames.HEAD_NORMS);
    return decoder(values, sizes, i -> attention, dense, experts, names);
  }

  private static MlpSpec.Gated expert(ConfigValues values, int size) {
    return new MlpSpec.Gated(size, Sizes.activation(values, "hidden_act", "silu"), false);
  }

  private static RouterSpec router(ConfigValues values, int chosen, int count) {
    return RouterSpec.of(
        RouterSpec.Kind.SOFTMAX,
        ExpertsConfig.chosen(values, chosen, count),
        values.flag("norm_topk_prob"));
  }

  private static DecoderSpec decoder(
      ConfigValues values,
      Sizes sizes,
      IntFunction<AttentionSpec> attention,
      MlpSpec dense,
      MlpSpec experts,
      TensorNames names) {
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    List<Integer> denseLayers = values.wholes("mlp_only_layers");
    int step = values.count("decoder_sparse_step", 1);
    IntFunction<MlpSpec> mlp =
        i -> !denseLayers.contains(i) && (i + 1) % step == 0 ? experts : dense;
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        sizes.layers(i -> LayerSpec.of(attention.apply(i), mlp.apply(i), LayerNorms.before(norm))),
        names);
  }
}
