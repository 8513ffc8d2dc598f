package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Phi 3, 3.5 and 4, the dense ones. */
record Phi3Architecture(Hyperparameters model) implements Architecture {
  private static final Map<String, String> NAMES =
      Architecture.namesWith(
          Map.of("attn_qkv", "self_attn.qkv_proj", "ffn_up", "mlp.gate_up_proj"));

  private static final String PARTIAL = "partial_rotary_factor";
  private static final String ORIGINAL = "rope.scaling.original_context_length";

  @Override
  public ObjectNode config() {
    model.requireKnown("attention.sliding_window");
    ObjectNode config = model.config("phi3", "Phi3ForCausalLM");
    config.put("hidden_act", "silu");
    config.put(
        "original_max_position_embeddings",
        model.count(ORIGINAL).orElseGet(() -> model.size("context_length")));
    int window = model.count("attention.sliding_window").orElse(0);
    if (window > 0) {
      config.put("sliding_window", window);
    } else {
      config.putNull("sliding_window");
    }
    ObjectNode rope = RopeParameters.of(model);
    if (!rope.has(PARTIAL)) {
      rope.put(PARTIAL, 1.0);
    }
    config.set("rope_parameters", rope);
    return config;
  }

  @Override
  public Map<String, String> layerNames() {
    return NAMES;
  }
}
