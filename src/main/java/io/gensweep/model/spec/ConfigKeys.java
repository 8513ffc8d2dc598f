package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys of a {@code config.json} that would make another model of the same weights. Each is refused
 * by name unless its value changes nothing.
 */
final class ConfigKeys {
  private static final String WINDOW = "sliding_window";

  /**
   * Each key with the value that, beside null and absence, changes nothing; a list stands for lists
   * of that item. A family that reads a key is not held to it. The first group is what transformers
   * 5.24 heeds in every family and this decoder does not have. The second is what some families
   * have: a checkpoint of another that carries one of them was trained as something else.
   */
  private static final JsonNode HARMLESS =
      JsonFile.object(
          """
          {
            "transformers_weights": null,
            "configuration_files": null,
            "per_layer_config": {},
            "layer_types": ["full_attention"],
            "attention_chunk_size": null,
            "kv_sharing_modes": null,
            "is_causal": true,
            "is_encoder_decoder": false,

            "add_cross_attention": false,
            "partial_rotary_factor": 1,
            "attention_multiplier": null,
            "embedding_multiplier": 1,
            "residual_multiplier": 1,
            "logits_scaling": 1,
            "logit_scale": 1,
            "final_logit_softcapping": null,
            "attn_logit_softcapping": null,
            "query_pre_attn_scalar": null,
            "clip_qkv": null,
            "qk_norm": false,
            "use_qk_norm": false,
            "no_rope_layers": [1],
            "num_local_experts": 0,
            "num_experts": 0,
            "n_routed_experts": 0,
            "n_shared_experts": 0,
            "shared_expert_intermediate_size": 0,
            "attention_out_bias": false,
            "attention_bias": false,
            "mlp_bias": false,
            "use_bias": false,
            "use_qkv_bias": false,
            "qkv_bias": false,
            "lm_head_bias": false,
            "rope_local_base_freq": null,
            "use_bidirectional_attention": false,
            "alibi": false,
            "num_kv_shared_layers": 0,
            "hidden_size_per_layer_input": 0,
            "attention_k_eq_v": false,
            "scale_attn_by_inverse_layer_idx": false,
            "llama_4_scaling_beta": null,
            "kv_lora_rank": null,
            "linear_num_value_heads": null
          }
          """,
          "ConfigKeys");

  private ConfigKeys() {}

  /** Refuses a config that asks for more than the decoder has. */
  static void requireKnown(ConfigValues config, String architecture, int maxPositions) {
    for (var key : HARMLESS.properties()) {
      JsonNode value = config.object().path(key.getKey());
      if (!config.read().contains(key.getKey())) {
        require(key.getKey(), value, isHarmless(value, key.getValue()), architecture);
      }
    }
    // A window that holds the whole context hides nothing.
    if (!config.read().contains(WINDOW)) {
      JsonNode window = config.object().path(WINDOW);
      require(WINDOW, window, window.isNumber() && window.asLong() >= maxPositions, architecture);
    }
  }

  private static void require(String key, JsonNode value, boolean harmless, String architecture) {
    if (!value.isMissingNode() && !value.isNull() && !harmless) {
      throw new JobError(
          "config.json: "
              + key
              + " is not supported, was "
              + JsonFile.shown(value)
              + "; supported: plain "
              + architecture
              + ", whose config has no such key");
    }
  }

  private static boolean isHarmless(JsonNode value, JsonNode harmless) {
    if (harmless.isNumber()) {
      return value.isNumber() && value.doubleValue() == harmless.doubleValue();
    }
    if (!harmless.isArray()) {
      return value.equals(harmless);
    }
    boolean all = value.isArray();
    for (JsonNode item : value) {
      all &= isHarmless(item, harmless.get(0));
    }
    return all;
  }

  /** What transformers warns about. */
  static List<String> warnings(JsonNode config, String architecture, int vocabSize) {
    List<String> warnings = new ArrayList<>();
    JsonNode pad = config.path("pad_token_id");
    if (pad.isNumber() && (pad.asLong() < 0 || pad.asLong() >= vocabSize)) {
      warnings.add(
          "config.json: pad_token_id " + pad + " is not in [0, " + vocabSize + "); it is not used");
    }
    JsonNode classes = config.path("architectures");
    String family = "\"" + architecture.replaceFirst("For.*", "");
    if (classes.isArray() && !classes.isEmpty() && !classes.toString().contains(family)) {
      warnings.add(
          "config.json: architectures is "
              + JsonFile.shown(classes)
              + "; by its model_type it is read as "
              + architecture);
    }
    return warnings;
  }
}
