package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code GraniteForCausalLM} and {@code GraniteMoeForCausalLM} (Granite 3). */
final class GraniteConfig {
  private static final Sizes DEFAULTS = new Sizes(32_000, 4096, 32, 32, 0, 0, 2048);
  private static final int MLP = 11_008;
  private static final int EXPERTS = 8;
  private static final int CHOSEN = 2;

  private GraniteConfig() {}

  static DecoderSpec read(ConfigValues values) {
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, values.flag("mlp_bias"));
    return decoder(values, mlp, TensorNames.LLAMA);
  }

  static DecoderSpec readMoe(ConfigValues values) {
    int count = ExpertsConfig.count(values, EXPERTS, "num_local_experts");
    int chosen = ExpertsConfig.chosen(values, CHOSEN, count);
    MlpSpec.Gated expert = Sizes.gatedMlp(values, MLP, false);
    MlpSpec mlp =
        new MlpSpec.Experts(
            count,
            expert,
            RouterSpec.of(RouterSpec.Kind.SOFTMAX_OF_CHOSEN, chosen, false),
            Optional.empty());
    return decoder(values, mlp, names(count, expert.size()));
  }

  private static TensorNames names(int count, int size) {
    return TensorNames.LLAMA
        .with(Map.of("router", "block_sparse_moe.router.layer"))
        .withExperts(
            TensorSource.named("block_sparse_moe.input_linear"),
            TensorSource.named("block_sparse_moe.output_linear"),
            count,
            size);
  }

  private static DecoderSpec decoder(ConfigValues values, MlpSpec mlp, TensorNames names) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    boolean bias = values.flag("attention_bias");
    AttentionSpec plain = sizes.attention().withBiases(bias, bias);
    AttentionSpec attention =
        plain.withScores(plain.scores().withScale(values.positive("attention_multiplier", 1)));
    LayerSpec layer =
        new LayerSpec(
            attention,
            mlp,
            LayerNorms.before(norm),
            false,
            values.positive("residual_multiplier", 1));
    EndsSpec ends =
        EndsSpec.of(values.flag("tie_word_embeddings"), norm)
            .withEmbeddingScale(values.positive("embedding_multiplier", 1))
            .withLogits(1 / values.positive("logits_scaling", 1), 0);
    return sizes.decoder(
        values,
        ends,
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        names);
  }
}
