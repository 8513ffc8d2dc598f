package io.gensweep.model.spec;

import io.gensweep.job.JobError;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code Glm4ForCausalLM} (GLM-4-0414) and {@code Glm4MoeForCausalLM} (GLM-4.5 to 4.7). */
final class Glm4Config {
  private static final Sizes DENSE = new Sizes(151_552, 4096, 40, 32, 2, 128, 131_072);
  private static final Sizes MOE = new Sizes(151_552, 4096, 46, 96, 8, 0, 131_072);

  /** Of a head that is rotated, where the config does not say. */
  private static final double PART = 0.5;

  private static final Map<String, String> NORMS =
      Map.of(
          "mixer_out_norm", "post_self_attn_layernorm",
          "mlp_out_norm", "post_mlp_layernorm");

  private static final TensorNames MOE_NAMES =
      TensorNames.LLAMA_EXPERTS
          .with(
              Map.of(
                  "shared.gate", "mlp.shared_experts.gate_proj",
                  "shared.up", "mlp.shared_experts.up_proj",
                  "shared.down", "mlp.shared_experts.down_proj"))
          .with(TensorNames.HEAD_NORMS)
          .withSources(
              Map.of("router_correction", TensorSource.of("mlp.gate.e_score_correction_bias", "")));

  private Glm4Config() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DENSE);
    NormSpec norm = Sizes.rmsNorm(values, 1.5625e-7);
    MlpSpec.Gated mlp = Sizes.gatedMlp(values, 13_696, false);
    AttentionSpec attention =
        sizes.attention().withBiases(values.flag("attention_bias", true), false);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope(values, sizes).withInterleaved()),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.around(norm))),
        TensorNames.LLAMA.with(NORMS).withGateUp("mlp.gate_up_proj", mlp.size()));
  }

  static DecoderSpec readMoe(ConfigValues values) {
    Sizes sizes = Sizes.read(values, MOE);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    AttentionSpec plain = sizes.attention().withBiases(values.flag("attention_bias"), false);
    AttentionSpec attention =
        values.flag("use_qk_norm")
            ? plain.withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION)
            : plain;
    MlpSpec dense = Sizes.gatedMlp(values, 10_944, false);
    MlpSpec experts = experts(values);
    int first = values.wholeOrNull("first_k_dense_replace", 1);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope(values, sizes)),
        sizes.layers(
            i -> LayerSpec.of(attention, i < first ? dense : experts, LayerNorms.before(norm))),
        MOE_NAMES);
  }

  private static RopeSpec rope(ConfigValues values, Sizes sizes) {
    return RopeConfig.of(values, sizes.maxPositions(), 10_000, PART).table(sizes.headDim());
  }

  private static MlpSpec experts(ConfigValues values) {
    int count = ExpertsConfig.count(values, 128, "n_routed_experts", "num_local_experts");
    int size = values.count("moe_intermediate_size", 1408);
    int shared = values.wholeOrNull("n_shared_experts", 1);
    Activation activation = Sizes.activation(values, "hidden_act", "silu");
    return new MlpSpec.Experts(
        count,
        new MlpSpec.Gated(size, activation, false),
        router(values, count),
        shared == 0
            ? Optional.empty()
            : Optional.of(
                new MlpSpec.Shared(new MlpSpec.Gated(size * shared, activation, false), false)));
  }

  private static RouterSpec router(ConfigValues values, int count) {
    int groups = values.count("n_group", 1);
    int chosenGroups = values.count("topk_group", 1);
    // A group is judged by its two best experts.
    if (count % groups != 0 || (groups > 1 && count / groups < 2) || chosenGroups > groups) {
      throw new JobError(
          "config.json: n_group must divide the %d experts into groups of 2 or more, and topk_group be at most n_group, were %d and %d"
              .formatted(count, groups, chosenGroups));
    }
    int chosen = ExpertsConfig.chosen(values, 8, count / groups * chosenGroups);
    return new RouterSpec(
        RouterSpec.Kind.SIGMOID,
        chosen,
        values.flag("norm_topk_prob", true),
        false,
        true,
        groups,
        chosenGroups,
        values.positive("routed_scaling_factor", 1));
  }
}
