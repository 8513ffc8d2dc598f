package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JsonFile;
import io.gensweep.model.weights.Encoding;
import io.gensweep.model.weights.StoredTensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A family of models as llama.cpp sees it: its config in the words of transformers, the names of
 * its tensors, and what llama.cpp changed in them when it converted the model.
 */
sealed interface Architecture
    permits LlamaArchitecture, QwenArchitecture, GemmaArchitecture, Phi3Architecture {
  /** Names in a layer, without {@code .weight} and {@code .bias}, that most families share. */
  Map<String, String> LAYER_NAMES =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  /** A tensor of a layer: its number, and its name without its kind. */
  Pattern LAYER = Pattern.compile("blk\\.(\\d{1,6})\\.(\\w+)\\.(?:weight|bias)");

  /** Names outside of the layers. */
  Map<String, String> MODEL_NAMES =
      Map.of(
          "token_embd", "model.embed_tokens",
          "output_norm", "model.norm",
          "output", "lm_head");

  /** Tensors that config.json says what they say. */
  Set<String> IN_CONFIG =
      Set.of("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight");

  static Architecture of(GgufFile file) {
    String name = file.metadata().requiredText("general.architecture");
    Hyperparameters model = new Hyperparameters(file, name);
    return switch (name) {
      case "llama" -> new LlamaArchitecture(model);
      case "qwen2", "qwen3" -> new QwenArchitecture(model);
      case "gemma2", "gemma3" -> new GemmaArchitecture(model);
      case "phi3" -> new Phi3Architecture(model);
      default ->
          throw file.metadata()
              .wrong(
                  "has the architecture "
                      + JsonFile.shown(name)
                      + ", which is not read from GGUF; supported: llama, qwen2, qwen3, gemma2,"
                      + " gemma3, phi3");
    };
  }

  Hyperparameters model();

  /** What config.json would hold. */
  ObjectNode config();

  /** {@link #LAYER_NAMES} with the family's own. */
  default Map<String, String> layerNames() {
    return LAYER_NAMES;
  }

  /** What transformers calls a tensor; its own name where llama.cpp's is not known. */
  default String name(String stored) {
    int dot = stored.lastIndexOf('.');
    String kind = stored.substring(dot + 1);
    Matcher layer = LAYER.matcher(stored);
    if (layer.matches()) {
      String known = layerNames().get(layer.group(2));
      return known == null ? stored : "model.layers." + layer.group(1) + "." + known + "." + kind;
    }
    String known = dot < 0 ? null : MODEL_NAMES.get(stored.substring(0, dot));
    return known == null ? stored : known + "." + kind;
  }

  /** How a tensor's numbers become those of transformers. */
  default Encoding encoding(String name, Encoding stored) {
    return stored;
  }

  /** The tensor with its rows in the order of transformers. */
  default StoredTensor ordered(StoredTensor tensor) {
    return tensor;
  }

  /** {@link #LAYER_NAMES} with others added or put in their place. */
  static Map<String, String> namesWith(Map<String, String> others) {
    Map<String, String> names = new HashMap<>(LAYER_NAMES);
    names.putAll(others);
    return Map.copyOf(names);
  }
}
