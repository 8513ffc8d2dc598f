package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.List;

/**
 * Plain Java. Shape of a decoder of the Llama family, as its {@code config.json} says it (HF {@code
 * LlamaConfig}).
 *
 * @param headDim width of one attention head; {@code hiddenSize / heads} unless the file says
 *     otherwise
 * @param maxPositions longest context in tokens
 */
public record ModelConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    double normEpsilon,
    int maxPositions,
    boolean tiedEmbeddings,
    boolean attentionBias,
    boolean mlpBias,
    double ropeTheta,
    RopeScaling ropeScaling,
    String dtype) {

  private static final List<String> DTYPES = List.of("float32", "bfloat16", "float16", "float64");

  /** What the class's arithmetic in ints can hold, far above any model's. */
  private static final int MOST = 1 << 24;

  public ModelConfig {
    if (heads % kvHeads != 0) {
      throw new JobError(
          "config.json: num_attention_heads "
              + heads
              + " must be a multiple of num_key_value_heads "
              + kvHeads);
    }
    if (hiddenSize % heads != 0) {
      throw new JobError(
          "config.json: hidden_size "
              + hiddenSize
              + " must be a multiple of num_attention_heads "
              + heads);
    }
    if (headDim % 2 != 0) {
      throw new JobError("config.json: head_dim must be even, was " + headDim);
    }
    if ((long) heads * headDim > MOST) {
      throw new JobError(
          "config.json: num_attention_heads x head_dim must be at most "
              + MOST
              + ", was "
              + heads
              + " x "
              + headDim);
    }
  }

  /**
   * Reads a config by the types and defaults of {@code LlamaConfig} in transformers 5.24.
   *
   * @throws JobError that names the key
   */
  public static ModelConfig of(JsonNode config) {
    ConfigValues values = ConfigValues.of(config);
    only(values, "model_type", "", "llama", "llama (LlamaForCausalLM)");
    only(values, "hidden_act", "silu", "silu", "silu");
    int maxPositions = values.count("max_position_embeddings", 2048);
    ConfigKeys.requireKnown(config, maxPositions);
    int hidden = values.count("hidden_size", 4096);
    int heads = values.count("num_attention_heads", 32);
    ConfigValues rope = RopeScaling.parameters(values);
    return new ModelConfig(
        values.count("vocab_size", 32_000),
        hidden,
        values.count("intermediate_size", 11_008),
        values.count("num_hidden_layers", 32),
        heads,
        values.countOrNull("num_key_value_heads", heads),
        values.countOrNull("head_dim", Math.max(1, hidden / heads)),
        epsilon(values),
        maxPositions,
        values.flag("tie_word_embeddings"),
        values.flag("attention_bias"),
        values.flag("mlp_bias"),
        rope.object().has("rope_theta")
            ? rope.positive("rope_theta")
            : values.positive("rope_theta", 10_000),
        RopeScaling.of(rope, values, maxPositions),
        dtype(config));
  }

  private static void only(
      ConfigValues values, String key, String fallback, String allowed, String supported) {
    String value = values.text(key, fallback);
    if (!value.equals(allowed)) {
      throw new JobError(
          "config.json: "
              + key
              + " \""
              + JsonFile.shown(value)
              + "\" is not supported; supported: "
              + supported);
    }
  }

  /** LlamaConfig takes no whole number for it. */
  private static double epsilon(ConfigValues values) {
    if (values.object().path("rms_norm_eps").isIntegralNumber()) {
      throw values.wrong("rms_norm_eps", "a number with a point or an exponent, such as 1e-05");
    }
    return values.positive("rms_norm_eps", 1e-6);
  }

  private static String dtype(JsonNode config) {
    String key = config.hasNonNull("dtype") ? "dtype" : "torch_dtype";
    if (!config.hasNonNull(key)) {
      return "float32";
    }
    ConfigValues values = ConfigValues.of(config);
    String dtype = values.text(key, "");
    if (!DTYPES.contains(dtype)) {
      throw values.wrong(key, "one of " + DTYPES);
    }
    return dtype;
  }
}
