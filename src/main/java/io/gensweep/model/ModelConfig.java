package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;

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

  public ModelConfig {
    positive("vocab_size", vocabSize);
    positive("hidden_size", hiddenSize);
    positive("intermediate_size", intermediateSize);
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("num_key_value_heads", kvHeads);
    positive("head_dim", headDim);
    positive("max_position_embeddings", maxPositions);
    if (heads % kvHeads != 0) {
      throw new JobError(
          "config.json: num_attention_heads "
              + heads
              + " must be a multiple of num_key_value_heads "
              + kvHeads);
    }
    if (headDim % 2 != 0) {
      throw new JobError("config.json: head_dim must be even, was " + headDim);
    }
  }

  public static ModelConfig of(JsonNode config) {
    String type = config.path("model_type").asText("");
    if (!type.equals("llama")) {
      throw new JobError(
          "config.json: model_type \""
              + type
              + "\" is not supported; supported: llama (LlamaForCausalLM)");
    }
    String activation = config.path("hidden_act").asText("silu");
    if (!activation.equals("silu")) {
      throw new JobError(
          "config.json: hidden_act \"" + activation + "\" is not supported; supported: silu");
    }
    int hidden = config.path("hidden_size").asInt();
    int heads = config.path("num_attention_heads").asInt();
    JsonNode rope =
        config.path(config.path("rope_parameters").isObject() ? "rope_parameters" : "rope_scaling");
    return new ModelConfig(
        config.path("vocab_size").asInt(),
        hidden,
        config.path("intermediate_size").asInt(),
        config.path("num_hidden_layers").asInt(),
        heads,
        config.path("num_key_value_heads").asInt(heads),
        config.path("head_dim").asInt(heads == 0 ? 0 : hidden / heads),
        config.path("rms_norm_eps").asDouble(1e-6),
        config.path("max_position_embeddings").asInt(2048),
        config.path("tie_word_embeddings").asBoolean(false),
        config.path("attention_bias").asBoolean(false),
        config.path("mlp_bias").asBoolean(false),
        rope.path("rope_theta").asDouble(config.path("rope_theta").asDouble(10_000)),
        RopeScaling.of(rope),
        config.path("dtype").asText(config.path("torch_dtype").asText("float32")));
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw new JobError("config.json: " + key + " must be >= 1, was " + value);
    }
  }
}
