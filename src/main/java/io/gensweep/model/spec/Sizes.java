package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The sizes that every config gives, by the names that most families have for them.
 *
 * @param layers how many there are
 * @param kvHeads as defaults, 0 for as many as heads
 * @param headDim as defaults, 0 for hidden / heads
 */
record Sizes(
    int vocab, int hidden, int layers, int heads, int kvHeads, int headDim, int maxPositions) {
  static final String FULL = "full_attention";
  static final String SLIDING = "sliding_attention";

  /** Far above any model's. */
  private static final int MOST_LAYERS = 10_000;

  private static final List<String> DTYPES = List.of("float32", "bfloat16", "float16", "float64");

  /**
   * Reads them.
   *
   * @param defaults of the family's class, for keys that are absent
   */
  static Sizes read(ConfigValues values, Sizes defaults) {
    int hidden = values.count("hidden_size", defaults.hidden);
    int heads = values.count("num_attention_heads", defaults.heads);
    return new Sizes(
        values.count("vocab_size", defaults.vocab),
        hidden,
        values.count("num_hidden_layers", defaults.layers),
        heads,
        orOther(values, "num_key_value_heads", defaults.kvHeads, heads),
        orOther(values, "head_dim", defaults.headDim, Math.max(1, hidden / heads)),
        values.count("max_position_embeddings", defaults.maxPositions));
  }

  /** The default where the key is absent, the other where it is null or the default is 0. */
  private static int orOther(ConfigValues values, String key, int fallback, int other) {
    boolean absent = values.get(key).isMissingNode();
    return absent && fallback > 0 ? fallback : values.countOrNull(key, other);
  }

  AttentionSpec attention() {
    return AttentionSpec.of(heads, kvHeads, headDim);
  }

  /** Of the layers. */
  IntStream numbers() {
    return IntStream.range(0, layers);
  }

  /** A layer for each number. */
  List<LayerSpec> layers(IntFunction<LayerSpec> layer) {
    if (layers > MOST_LAYERS) {
      throw new JobError(
          "config.json: num_hidden_layers must be at most " + MOST_LAYERS + ", was " + layers);
    }
    return IntStream.range(0, layers).mapToObj(layer).toList();
  }

  /**
   * The config's {@code layer_types}, or else those of the family.
   *
   * @param fallback the type of a layer by its number
   */
  List<String> layerTypes(ConfigValues values, List<String> known, IntFunction<String> fallback) {
    if (!values.has("layer_types")) {
      return IntStream.range(0, layers).mapToObj(fallback).toList();
    }
    List<String> types = values.texts("layer_types");
    if (types.size() != layers || !known.containsAll(types)) {
      throw values.wrong("layer_types", layers + " of " + known);
    }
    return types;
  }

  DecoderSpec decoder(
      ConfigValues values,
      EndsSpec ends,
      List<RopeSpec> ropes,
      List<LayerSpec> specs,
      TensorNames names) {
    return new DecoderSpec(vocab, hidden, maxPositions, dtype(values), ends, ropes, specs, names);
  }

  private static String dtype(ConfigValues values) {
    JsonNode named = values.get("torch_dtype");
    String key = values.has("dtype") ? "dtype" : "torch_dtype";
    if (key.equals("torch_dtype") && (named.isMissingNode() || named.isNull())) {
      return "float32";
    }
    String dtype = values.text(key, "");
    if (!DTYPES.contains(dtype)) {
      throw values.wrong(key, "one of " + DTYPES);
    }
    return dtype;
  }

  /** HF's config classes take no whole number for an epsilon. */
  static double epsilon(ConfigValues values, String key, double fallback) {
    if (values.get(key).isIntegralNumber()) {
      throw values.wrong(key, "a number with a point or an exponent, such as 1e-05");
    }
    return values.positive(key, fallback);
  }

  /** The norm of most families. */
  static NormSpec rmsNorm(ConfigValues values, double epsilon) {
    return NormSpec.RootMeanSquare.rounded(epsilon(values, "rms_norm_eps", epsilon));
  }

  /** The MLP of most families. */
  static MlpSpec.Gated gatedMlp(ConfigValues values, int size, boolean bias) {
    return new MlpSpec.Gated(
        values.count("intermediate_size", size), activation(values, "hidden_act", "silu"), bias);
  }

  /** The activation that the config names, by HF's names ({@code ACT2FN}). */
  static Activation activation(ConfigValues values, String key, String fallback) {
    String name = values.text(key, fallback);
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "relu2" -> Activation.RELU_SQUARED;
      case "xielu" -> Activation.XIELU;
      default ->
          throw ModelConfig.unsupported(
              key, name, "silu, swish, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu2, xielu");
    };
  }

  /** An error unless the layers' activations are divided among the heads without a rest. */
  void requireWholeHeads() {
    if (hidden % heads != 0) {
      throw new JobError(
          "config.json: hidden_size "
              + hidden
              + " must be a multiple of num_attention_heads "
              + heads);
    }
  }
}
