package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.weights.ElementType;
import io.gensweep.model.weights.Encoding;
import java.util.Map;

/**
 * The text models of Gemma 2 and 3. llama.cpp stores the weights of norms with the 1 that Gemma
 * adds to them, and leaves out what its code takes from the number of layers.
 */
record GemmaArchitecture(Hyperparameters model) implements Architecture {
  private static final Map<String, String> NAMES =
      Architecture.namesWith(
          Map.of(
              "ffn_norm", "pre_feedforward_layernorm",
              "post_attention_norm", "post_attention_layernorm",
              "post_ffw_norm", "post_feedforward_layernorm",
              "attn_q_norm", "self_attn.q_norm",
              "attn_k_norm", "self_attn.k_norm"));

  private static final String WINDOW = "attention.sliding_window";
  private static final String SCORE_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";
  private static final String LOCAL_BASE = "rope.freq_base_swa";
  private static final String PATTERN = "attention.sliding_window_pattern";

  /**
   * Models of this many layers scale scores by the size that a head would have without key_length.
   */
  private static final int LAYERS_OF_27B_SECOND = 46;

  private static final int LAYERS_OF_27B_THIRD = 62;

  private boolean isThird() {
    return model.architecture().equals("gemma3");
  }

  @Override
  public ObjectNode config() {
    ObjectNode config = common();
    boolean of27B = model.layers() == (isThird() ? LAYERS_OF_27B_THIRD : LAYERS_OF_27B_SECOND);
    config
        .put("hidden_activation", "gelu_pytorch_tanh")
        .put("attention_bias", false)
        .put(
            "query_pre_attn_scalar",
            of27B
                ? model.size("embedding_length") / model.size("attention.head_count")
                : model.headSize());
    softcaps(config);
    window(config);
    config.set("rope_parameters", rope());
    return config;
  }

  private ObjectNode common() {
    if (isThird()) {
      model.requireKnown(WINDOW, PATTERN, LOGIT_CAP, LOCAL_BASE, "mm.tokens_per_image");
      return model.config("gemma3_text", "Gemma3ForCausalLM");
    }
    model.requireKnown(WINDOW, PATTERN, SCORE_CAP, LOGIT_CAP);
    return model.config("gemma2", "Gemma2ForCausalLM");
  }

  private void softcaps(ObjectNode config) {
    putCap(config, SCORE_CAP, isThird() ? 0 : 50);
    putCap(config, LOGIT_CAP, isThird() ? 0 : 30);
  }

  private void putCap(ObjectNode config, String key, double usual) {
    double cap = model.number(key).orElse(usual);
    if (cap == 0) {
      config.putNull(key);
    } else {
      config.put(key, cap);
    }
  }

  private void window(ObjectNode config) {
    int window = model.count(WINDOW).orElse(isThird() ? 0 : 4096);
    int layers = model.layers();
    ArrayNode types = config.putArray("layer_types");
    boolean[] sliding = sliding(layers);
    for (int layer = 0; layer < layers; layer++) {
      types.add(window > 0 && sliding[layer] ? "sliding_attention" : "full_attention");
    }
    if (window > 0) {
      config.put("sliding_window", window);
    } else {
      config.putNull("sliding_window");
    }
  }

  /** Which layers see a window: all but each second or sixth, unless the file says it. */
  private boolean[] sliding(int layers) {
    String key = model.key(PATTERN);
    if (model.file().metadata().isArray(key)) {
      boolean[] stored = model.file().metadata().flags(key);
      if (stored.length < layers) {
        throw model.wrong("has a " + key + " of " + stored.length + " layers, not " + layers);
      }
      return stored;
    }
    int period = model.count(PATTERN).orElse(isThird() ? 6 : 2);
    boolean[] sliding = new boolean[layers];
    for (int layer = 0; layer < layers; layer++) {
      sliding[layer] = period == 0 || (layer + 1) % period != 0;
    }
    return sliding;
  }

  private ObjectNode rope() {
    if (!isThird()) {
      return RopeParameters.of(model);
    }
    ObjectNode full = RopeParameters.of(model);
    full.put("rope_theta", model.number("rope.freq_base").orElse(1_000_000.0));
    ObjectNode rope = JsonNodeFactory.instance.objectNode();
    rope.set("full_attention", full);
    rope.set("sliding_attention", RopeParameters.base(model.number(LOCAL_BASE).orElse(10_000.0)));
    return rope;
  }

  @Override
  public Map<String, String> layerNames() {
    return NAMES;
  }

  @Override
  public Encoding encoding(String name, Encoding stored) {
    if (!name.endsWith("norm.weight")) {
      return stored;
    }
    if (stored.readAs() != ElementType.F32) {
      throw model.wrong("has a norm " + name + " of " + stored.readAs() + "; supported: F32");
    }
    return new OneLess(stored);
  }
}
