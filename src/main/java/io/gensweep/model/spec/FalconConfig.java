package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code FalconForCausalLM}: Falcon 7B, 40B and 180B, Falcon 2; Falcon 3 is Llama. */
final class FalconConfig {
  private FalconConfig() {}

  static DecoderSpec read(ConfigValues values) {
    boolean grouped = values.flag("new_decoder_architecture");
    boolean parallel = values.flag("parallel_attn", true);
    if (grouped && !parallel) {
      throw values.wrong("parallel_attn", "true where new_decoder_architecture is");
    }
    Sizes sizes = sizes(values, grouped);
    sizes.requireWholeHeads();
    NormSpec norm = new NormSpec.LayerNorm(values.positiveOrNull("layer_norm_epsilon", 1e-5), true);
    boolean twoNorms = grouped && values.countOrNull("num_ln_in_parallel_attn", 2) == 2;
    boolean bias = values.flag("bias");
    AttentionSpec attention = sizes.attention().withBiases(bias, bias);
    MlpSpec mlp =
        new MlpSpec.Plain(
            values.countOrNull("ffn_hidden_size", 4 * sizes.hidden()),
            Sizes.activation(values, "activation", "gelu"),
            bias);
    LayerNorms norms = twoNorms || !parallel ? LayerNorms.before(norm) : LayerNorms.shared(norm);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), new LayerSpec(attention, mlp, norms, parallel, 1)),
        names(attention, twoNorms));
  }

  private static Sizes sizes(ConfigValues values, boolean grouped) {
    int hidden = values.countOrNull("n_embed", values.count("hidden_size", 4544));
    int heads = values.count("num_attention_heads", 71);
    int kvHeads = values.countOrNull("num_kv_heads", heads);
    int ungrouped = values.flag("multi_query", true) ? 1 : heads;
    return new Sizes(
        values.count("vocab_size", 65_024),
        hidden,
        values.count("num_hidden_layers", 32),
        heads,
        grouped ? kvHeads : ungrouped,
        Math.max(1, hidden / heads),
        values.count("max_position_embeddings", 2048));
  }

  private static TensorNames names(AttentionSpec attention, boolean twoNorms) {
    TensorNames names =
        TensorNames.LLAMA
            .withLayer("transformer.h.")
            .withEnds(
                Map.of(
                    "embedding", "transformer.word_embeddings",
                    "final_norm", "transformer.ln_f"))
            .with(
                Map.of(
                    "output", "self_attention.dense",
                    "up", "mlp.dense_h_to_4h",
                    "down", "mlp.dense_4h_to_h"))
            .withSources(
                FusedAttention.byGroup(
                    TensorSource.named("self_attention.query_key_value"), attention));
    return twoNorms ? names.with(Map.of("mixer_norm", "ln_attn", "mlp_norm", "ln_mlp")) : names;
  }
}
