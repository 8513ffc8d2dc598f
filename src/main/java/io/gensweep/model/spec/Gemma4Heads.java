package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * The heads of Gemma 4's layers by their type: those that see everything have wider ones, and
 * perhaps fewer of keys and values. transformers writes {@code per_layer_config}, the first
 * checkpoints have {@code global_head_dim} and {@code num_global_key_value_heads}.
 */
record Gemma4Heads(ConfigValues values, Sizes sizes, Windows windows) {
  static final String KEYS_AS_VALUES = "attention_k_eq_v";
  private static final String BY_LAYER = "per_layer_config";
  private static final String HEAD_DIM = "head_dim";
  private static final String KV_HEADS = "num_key_value_heads";
  private static final int FULL_HEAD_DIM = 512;

  AttentionSpec of(String type) {
    if (!values.get(BY_LAYER).isMissingNode()) {
      return byLayer(type);
    }
    if (!type.equals(Sizes.FULL)) {
      return sizes.attention();
    }
    int own = values.countOrNull("num_global_key_value_heads", sizes.kvHeads());
    int kvHeads = values.flag(KEYS_AS_VALUES) ? own : sizes.kvHeads();
    return AttentionSpec.of(sizes.heads(), kvHeads, values.count("global_head_dim", FULL_HEAD_DIM));
  }

  /** Layers of a type are alike, since they share a rotary table. */
  private AttentionSpec byLayer(String type) {
    List<AttentionSpec> distinct =
        sizes
            .numbers()
            .filter(i -> windows.types().get(i).equals(type))
            .mapToObj(this::ofLayer)
            .distinct()
            .toList();
    if (distinct.size() > 1) {
      throw values.wrong(BY_LAYER, "the same for all layers of " + type);
    }
    return distinct.isEmpty() ? sizes.attention() : distinct.get(0);
  }

  private AttentionSpec ofLayer(int number) {
    for (Map.Entry<String, JsonNode> entry : values.get(BY_LAYER).properties()) {
      if (isNumber(entry.getKey(), number)) {
        ConfigValues own = values.inner(BY_LAYER, entry.getValue());
        if (!List.of(HEAD_DIM, KV_HEADS).containsAll(own.names())) {
          throw values.wrong(BY_LAYER, "of " + HEAD_DIM + " and " + KV_HEADS + " by layer");
        }
        return AttentionSpec.of(
            sizes.heads(),
            own.count(KV_HEADS, sizes.kvHeads()),
            own.count(HEAD_DIM, sizes.headDim()));
      }
    }
    return sizes.attention();
  }

  /** transformers writes "05" where there are ten layers or more. */
  private static boolean isNumber(String key, int number) {
    return key.replaceFirst("^0+(?=\\d)", "").equals(Integer.toString(number));
  }
}
