package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code GPTNeoXForCausalLM}: GPT-NeoX, Pythia, Dolly. */
final class GptNeoxConfig {
  private static final Sizes DEFAULTS = new Sizes(50_432, 6144, 44, 64, 0, 0, 2048);
  private static final int MLP = 24_576;

  private GptNeoxConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    sizes.requireWholeHeads();
    NormSpec norm = new NormSpec.LayerNorm(Sizes.epsilon(values, "layer_norm_eps", 1e-5), true);
    boolean bias = values.flag("attention_bias", true);
    AttentionSpec attention = sizes.attention().withBiases(bias, bias);
    MlpSpec mlp =
        new MlpSpec.Plain(
            values.count("intermediate_size", MLP),
            Sizes.activation(values, "hidden_act", "gelu"),
            true);
    LayerSpec layer =
        new LayerSpec(
            attention, mlp, LayerNorms.before(norm), values.flag("use_parallel_residual", true), 1);
    RopeConfig rope =
        RopeConfig.of(
            values,
            sizes.maxPositions(),
            values.positive("rotary_emb_base", 10_000),
            values.positive("rotary_pct", 0.25));
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope.table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), layer),
        names(attention));
  }

  private static TensorNames names(AttentionSpec attention) {
    return TensorNames.LLAMA
        .withLayer("gpt_neox.layers.")
        .withEnds(
            Map.of(
                "embedding", "gpt_neox.embed_in",
                "final_norm", "gpt_neox.final_layer_norm",
                "head", "embed_out"))
        .with(
            Map.of(
                "output", "attention.dense",
                "up", "mlp.dense_h_to_4h",
                "down", "mlp.dense_4h_to_h"))
        .withSources(
            FusedAttention.byGroup(TensorSource.named("attention.query_key_value"), attention));
  }
}
