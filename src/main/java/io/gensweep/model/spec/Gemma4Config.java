package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * The text of {@code Gemma4ForConditionalGeneration}, and of {@code
 * Gemma4UnifiedForConditionalGeneration}, which has neither embeddings of layers nor experts.
 */
final class Gemma4Config {
  private static final Sizes DEFAULTS = new Sizes(262_144, 2304, 30, 8, 4, 256, 131_072);
  private static final int MLP = 9216;
  private static final int WINDOW = 512;
  private static final int FULL_EVERY = 6;
  private static final String SHARED_LAYERS = "num_kv_shared_layers";
  private static final String WIDTH = "hidden_size_per_layer_input";
  private static final String VOCAB = "vocab_size_per_layer_input";
  private static final String BIDIRECTIONAL = "use_bidirectional_attention";

  private static final JsonNode ROPES =
      JsonFile.object(
          """
          {
            "full_attention": {
              "rope_type": "proportional",
              "rope_theta": 1000000.0,
              "partial_rotary_factor": 0.25
            },
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}
          }
          """,
          "Gemma4Config");

  private static final TensorNames NAMES =
      GemmaConfig.NAMES
          .with(TensorNames.HEAD_NORMS)
          .with(
              Map.of(
                  "router", "router.proj",
                  "dense_out_norm", "post_feedforward_layernorm_1",
                  "experts_norm", "pre_feedforward_layernorm_2",
                  "experts_out_norm", "post_feedforward_layernorm_2",
                  "layer_input.up", "per_layer_input_gate",
                  "layer_input.down", "per_layer_projection",
                  "layer_input_norm", "post_per_layer_input_norm"))
          .withSources(
              Map.of(
                  "layer_scale", TensorSource.of("layer_scalar", ""),
                  "router_norm", TensorSource.of("router.scale", ""),
                  "expert_scales", TensorSource.of("router.per_expert_scale", "")))
          .withEnds(
              Map.of(
                  "layer_embedding", "model.embed_tokens_per_layer",
                  "layer_product", "model.per_layer_model_projection",
                  "layer_embedding_norm", "model.per_layer_projection_norm"));

  private final ConfigValues values;
  private final Sizes sizes;
  private final Windows windows;
  private final AttentionSpec full;
  private final AttentionSpec sliding;
  private final NormSpec norm;
  private final Activation activation;
  private final Optional<MlpSpec.Experts> experts;

  /** Layers from this number on read the keys and values of earlier ones. */
  private final int firstShared;

  private Gemma4Config(ConfigValues values) {
    this.values = values;
    this.sizes = Sizes.read(values, DEFAULTS);
    this.windows = windows(values, sizes);
    Gemma4Heads heads = new Gemma4Heads(values, sizes, windows);
    this.full = heads.of(Sizes.FULL);
    this.sliding = heads.of(Sizes.SLIDING);
    this.norm = NormSpec.RootMeanSquare.inFloat(Sizes.epsilon(values, "rms_norm_eps", 1e-6));
    this.activation = Sizes.activation(values, "hidden_activation", "gelu_pytorch_tanh");
    this.experts = values.flag("enable_moe_block") ? Optional.of(experts()) : Optional.empty();
    this.firstShared = sizes.layers() - values.wholeOrNull(SHARED_LAYERS, 0);
  }

  static DecoderSpec read(ConfigValues values) {
    // Images alone look both ways with "vision".
    if (values.has(BIDIRECTIONAL) && !values.get(BIDIRECTIONAL).asText().equals("vision")) {
      throw values.wrong(BIDIRECTIONAL, "null or vision");
    }
    return new Gemma4Config(values.withDefault("rope_parameters", ROPES)).decoder();
  }

  static DecoderSpec readUnified(ConfigValues values) {
    return read(
        values
            .withDefault(WIDTH, IntNode.valueOf(0))
            .withDefault("sliding_window", IntNode.valueOf(1024))
            .withDefault("max_position_embeddings", IntNode.valueOf(262_144)));
  }

  private DecoderSpec decoder() {
    int width = values.wholeOrNull(WIDTH, 256);
    EndsSpec ends =
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm)
            .withEmbeddingScale(Math.sqrt(sizes.hidden()))
            .withLogits(1, values.positiveOrNone("final_logit_softcapping", 0))
            .withLayerEmbeddings(width == 0 ? Optional.empty() : Optional.of(embeddings(width)));
    Optional<LayerInput> input =
        width == 0
            ? Optional.empty()
            : Optional.of(new LayerInput(new MlpSpec.Plain(width, activation, false), norm));
    IntFunction<MlpSpec> mlps = mlps();
    return sizes.decoder(
        values,
        ends,
        new LayerRopes(values, sizes, 1e6, 1e4).tables(full.headDim(), sliding.headDim()),
        sizes.layers(
            i ->
                LayerSpec.of(attention(i), mlps.apply(i), LayerNorms.around(norm))
                    .withInput(input)
                    .withScale()),
        names());
  }

  /** The last layer sees everything whatever the config says. */
  private static Windows windows(ConfigValues values, Sizes sizes) {
    Windows read =
        Windows.read(values, sizes, OptionalInt.of(WINDOW), Windows.fullEvery(FULL_EVERY));
    List<String> types = new ArrayList<>(read.types());
    types.set(types.size() - 1, Sizes.FULL);
    return new Windows(types, read.size());
  }

  private AttentionSpec attention(int layer) {
    boolean bias = values.flag("attention_bias");
    AttentionSpec plain =
        (windows.isSliding(layer) ? sliding : full)
            .withBiases(bias, bias)
            .withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION)
            .withKv(kv(layer));
    AttentionSpec attention = plain.withScores(plain.scores().withScale(1));
    return LayerRopes.of(windows, layer, attention);
  }

  private KvSource kv(int layer) {
    if (layer >= firstShared) {
      return new KvSource.OfLayer(keeper(windows.types().get(layer)));
    }
    boolean keysAsValues = values.flag(Gemma4Heads.KEYS_AS_VALUES) && !windows.isSliding(layer);
    NormSpec alone =
        new NormSpec.RootMeanSquare(norm.epsilon(), NormSpec.RootMeanSquare.Weight.NONE);
    return new KvSource.Own(keysAsValues, Optional.of(alone));
  }

  /** The last layer of a type that has keys and values of its own. */
  private int keeper(String type) {
    int last = firstShared < 1 ? -1 : windows.types().subList(0, firstShared).lastIndexOf(type);
    if (last < 0) {
      throw values.wrong(SHARED_LAYERS, "so small that a layer of " + type + " comes before them");
    }
    return last;
  }

  private IntFunction<MlpSpec> mlps() {
    int size = values.count("intermediate_size", MLP);
    MlpSpec.Gated dense = new MlpSpec.Gated(size, activation, false);
    MlpSpec.Gated wide =
        values.flag("use_double_wide_mlp") ? new MlpSpec.Gated(2 * size, activation, false) : dense;
    // Without enable_moe_block it is not looked at.
    values.get("num_experts");
    return i -> {
      MlpSpec.Gated own = i < firstShared ? dense : wide;
      return experts.isPresent() ? new MlpSpec.DenseAndExperts(own, experts.get(), norm) : own;
    };
  }

  private MlpSpec.Experts experts() {
    int count = required("num_experts");
    int chosen = required("top_k_experts");
    if (chosen > count) {
      throw values.wrong("top_k_experts", "at most " + count + ", the number of experts");
    }
    NormSpec ofRouter = NormSpec.RootMeanSquare.rounded(norm.epsilon());
    return new MlpSpec.Experts(
        count,
        new MlpSpec.Gated(required("moe_intermediate_size"), activation, false),
        RouterSpec.of(RouterSpec.Kind.SOFTMAX, chosen, true)
            .withInput(ofRouter, 1 / Math.sqrt(sizes.hidden())),
        Optional.empty());
  }

  private int required(String key) {
    if (!values.has(key)) {
      throw values.wrong(key, "a whole number above 0, since enable_moe_block is true");
    }
    return values.count(key, 1);
  }

  private LayerEmbeddings embeddings(int width) {
    int vocab = values.count(VOCAB, DEFAULTS.vocab());
    if (vocab < sizes.vocab()) {
      throw values.wrong(VOCAB, "at least vocab_size, which is " + sizes.vocab());
    }
    return new LayerEmbeddings(
        vocab,
        sizes.layers(),
        width,
        norm,
        Math.sqrt(width),
        1 / Math.sqrt(sizes.hidden()),
        Math.sqrt(0.5));
  }

  private TensorNames names() {
    return experts
        .map(
            each ->
                NAMES.withExperts(
                    TensorSource.of("experts.gate_up_proj", ""),
                    TensorSource.of("experts.down_proj", ""),
                    each.count(),
                    each.expert().size()))
        .orElse(NAMES);
  }
}
