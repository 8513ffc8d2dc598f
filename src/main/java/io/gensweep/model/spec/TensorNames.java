package io.gensweep.model.spec;

/**
 * Names that a family of checkpoints gives its tensors, without {@code .weight} and {@code .bias}.
 *
 * @param layer prefix of a layer's names, up to its number
 * @param query to {@code down}: within a layer
 */
public record TensorNames(
    String embedding,
    String finalNorm,
    String head,
    String layer,
    String attentionNorm,
    String query,
    String key,
    String value,
    String output,
    String mlpNorm,
    String gate,
    String up,
    String down) {

  /** Those of {@code LlamaForCausalLM}. */
  static final TensorNames LLAMA =
      new TensorNames(
          "model.embed_tokens",
          "model.norm",
          "lm_head",
          "model.layers.",
          "input_layernorm",
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "post_attention_layernorm",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj");
}
