package io.gensweep.model.spec;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** {@code GPT2LMHeadModel}: GPT-2 and what was trained as it. */
final class Gpt2Config {
  private Gpt2Config() {}

  static DecoderSpec read(ConfigValues values) {
    int hidden = values.count("n_embd", 768);
    int heads = values.count("n_head", 12);
    Sizes sizes =
        new Sizes(
            values.count("vocab_size", 50_257),
            hidden,
            values.count("n_layer", 12),
            heads,
            heads,
            Math.max(1, hidden / heads),
            values.count("n_positions", 1024));
    sizes.requireWholeHeads();
    NormSpec norm = new NormSpec.LayerNorm(Sizes.epsilon(values, "layer_norm_epsilon", 1e-5), true);
    AttentionSpec attention =
        sizes.attention().withRope(OptionalInt.empty()).withBiases(true, true);
    MlpSpec mlp =
        new MlpSpec.Plain(
            values.countOrNull("n_inner", 4 * hidden),
            Sizes.activation(values, "activation_function", "gelu_new"),
            true);
    boolean scaled = values.flag("scale_attn_weights", true);
    boolean scaledByLayer = values.flag("scale_attn_by_inverse_layer_idx");
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm).withLearnedPositions(),
        List.of(),
        sizes.layers(
            i -> {
              double scale = scaled ? 1 / Math.sqrt(sizes.headDim()) : 1;
              double ofLayer = scaledByLayer ? scale / (i + 1) : scale;
              return LayerSpec.of(
                  attention.withScores(attention.scores().withScale(ofLayer)),
                  mlp,
                  LayerNorms.before(norm));
            }),
        names(attention));
  }

  /** Its products are stored as [inputs, outputs]. */
  private static TensorNames names(AttentionSpec attention) {
    return TensorNames.LLAMA
        .withLayer("transformer.h.")
        .withEnds(
            Map.of(
                "embedding", "transformer.wte",
                "positions", "transformer.wpe",
                "final_norm", "transformer.ln_f"))
        .with(Map.of("mixer_norm", "ln_1", "mlp_norm", "ln_2"))
        .withSources(
            FusedAttention.stacked(TensorSource.named("attn.c_attn").withTranspose(), attention))
        .withSources(
            Map.of(
                "output", TensorSource.named("attn.c_proj").withTranspose(),
                "up", TensorSource.named("mlp.c_fc").withTranspose(),
                "down", TensorSource.named("mlp.c_proj").withTranspose()));
  }
}
