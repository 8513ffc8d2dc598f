package io.gensweep.model.spec;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Where a family of checkpoints keeps its tensors, by what they are for ({@link TensorRole#name}).
 *
 * @param layer prefix of a layer's names, up to its number
 * @param ends what is in no layer
 * @param layers within a layer
 * @param experts within a layer, of the expert of a number
 */
public record TensorNames(
    String layer,
    Map<String, TensorSource> ends,
    Map<String, TensorSource> layers,
    Map<String, IntFunction<TensorSource>> experts) {
  private static final String EXPERTS = "experts.";

  /** Those of {@code LlamaForCausalLM}. */
  static final TensorNames LLAMA =
      new TensorNames(
          "model.layers.",
          named(
              Map.of(
                  "embedding", "model.embed_tokens",
                  "final_norm", "model.norm",
                  "head", "lm_head")),
          named(
              Map.of(
                  "mixer_norm", "input_layernorm",
                  "query", "self_attn.q_proj",
                  "key", "self_attn.k_proj",
                  "value", "self_attn.v_proj",
                  "output", "self_attn.o_proj",
                  "mlp_norm", "post_attention_layernorm",
                  "gate", "mlp.gate_proj",
                  "up", "mlp.up_proj",
                  "down", "mlp.down_proj")),
          Map.of());

  /** Those of most families with experts. */
  static final TensorNames LLAMA_EXPERTS =
      LLAMA
          .with(Map.of("router", "mlp.gate"))
          .withExperts("mlp.experts.", "gate_proj", "up_proj", "down_proj");

  /** Norms of heads, where a family has them. */
  static final Map<String, String> HEAD_NORMS =
      Map.of("query_norm", "self_attn.q_norm", "key_norm", "self_attn.k_norm");

  /** The MLP that all tokens share, as Qwen calls it. */
  static final Map<String, String> SHARED_EXPERT =
      Map.of(
          "shared.gate", "mlp.shared_expert.gate_proj",
          "shared.up", "mlp.shared_expert.up_proj",
          "shared.down", "mlp.shared_expert.down_proj",
          "shared_gate", "mlp.shared_expert_gate");

  /** Norms after the blocks, as OLMo 2 calls them. */
  static final Map<String, String> NORMS_AFTER =
      Map.of(
          "mixer_out_norm", "post_attention_layernorm",
          "mlp_out_norm", "post_feedforward_layernorm");

  public TensorNames {
    ends = Map.copyOf(ends);
    layers = Map.copyOf(layers);
    experts = Map.copyOf(experts);
  }

  private static Map<String, TensorSource> named(Map<String, String> names) {
    Map<String, TensorSource> sources = new HashMap<>();
    names.forEach((role, name) -> sources.put(role, TensorSource.named(name)));
    return sources;
  }

  /** With other names of some of a layer's tensors, or further ones. */
  TensorNames with(Map<String, String> names) {
    return withSources(named(names));
  }

  TensorNames withSources(Map<String, TensorSource> sources) {
    Map<String, TensorSource> all = new HashMap<>(layers);
    all.putAll(sources);
    return new TensorNames(layer, ends, all, experts);
  }

  /**
   * With gate and up of an MLP in one matrix, the gate's rows first.
   *
   * @param size rows of each
   */
  TensorNames withGateUp(String name, int size) {
    TensorSource both = TensorSource.named(name);
    return withSources(
        Map.of(
            "gate", both.withRows(2 * size, 0, size), "up", both.withRows(2 * size, size, size)));
  }

  /** With other names of some of the tensors outside of layers, or further ones. */
  TensorNames withEnds(Map<String, String> names) {
    Map<String, TensorSource> all = new HashMap<>(ends);
    all.putAll(named(names));
    return new TensorNames(layer, all, layers, experts);
  }

  TensorNames withLayer(String prefix) {
    return new TensorNames(prefix, ends, layers, experts);
  }

  /** With experts, by what a tensor of them is for. */
  TensorNames withExperts(Map<String, IntFunction<TensorSource>> sources) {
    return new TensorNames(layer, ends, layers, sources);
  }

  /** With experts whose tensors have names of their own: {@code PREFIX NUMBER.NAME}. */
  TensorNames withExperts(String prefix, String gate, String up, String down) {
    return withExperts(
        Map.of(
            "gate", i -> TensorSource.named(prefix + i + "." + gate),
            "up", i -> TensorSource.named(prefix + i + "." + up),
            "down", i -> TensorSource.named(prefix + i + "." + down)));
  }

  /**
   * With experts in two tensors of matrices, in the first the rows of gates before those of ups.
   *
   * @param size rows of a gate
   */
  TensorNames withExperts(TensorSource gateUp, TensorSource down, int count, int size) {
    return withExperts(
        Map.of(
            "gate", i -> gateUp.withMatrix(i, count).withRows(2 * size, 0, size),
            "up", i -> gateUp.withMatrix(i, count).withRows(2 * size, size, size),
            "down", i -> down.withMatrix(i, count)));
  }

  /** What the roles of an expert's tensors begin with. */
  static String expert(int number) {
    return EXPERTS + number + ".";
  }

  /** Where a tensor that is in no layer is kept. */
  public TensorSource end(TensorRole role) {
    return found(ends, role);
  }

  /** Where a tensor of a layer is kept; its names are within the layer. */
  public TensorSource within(TensorRole role) {
    String name = role.name();
    if (!name.startsWith(EXPERTS)) {
      return found(layers, role);
    }
    int dot = name.indexOf('.', EXPERTS.length());
    int number = Integer.parseInt(name.substring(EXPERTS.length(), dot));
    return experts.get(name.substring(dot + 1)).apply(number);
  }

  private static TensorSource found(Map<String, TensorSource> sources, TensorRole role) {
    TensorSource source = sources.get(role.name());
    if (source == null) {
      throw new IllegalArgumentException("the family has no name for " + role);
    }
    return source;
  }
}
