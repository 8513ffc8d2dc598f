package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Qwen 2, 2.5 and 3, the dense ones. */
record QwenArchitecture(Hyperparameters model) implements Architecture {
  private static final Map<String, String> NAMES =
      Architecture.namesWith(
          Map.of("attn_q_norm", "self_attn.q_norm", "attn_k_norm", "self_attn.k_norm"));

  @Override
  public ObjectNode config() {
    model.requireKnown();
    boolean third = model.architecture().equals("qwen3");
    ObjectNode config =
        model.config(model.architecture(), third ? "Qwen3ForCausalLM" : "Qwen2ForCausalLM");
    config.put("hidden_act", "silu").put("use_sliding_window", false).putNull("sliding_window");
    if (third) {
      config.put("attention_bias", model.hasTensor("blk.0.attn_q.bias"));
    }
    config.set("rope_parameters", RopeParameters.of(model));
    return config;
  }

  @Override
  public Map<String, String> layerNames() {
    return NAMES;
  }
}
