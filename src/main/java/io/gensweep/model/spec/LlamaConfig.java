package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import java.util.Collections;
import java.util.List;

/**
 * Reads the config of a Llama by the types and defaults of {@code LlamaConfig} in transformers
 * 5.24.
 */
final class LlamaConfig {
  private static final List<String> DTYPES = List.of("float32", "bfloat16", "float16", "float64");

  private LlamaConfig() {}

  static DecoderSpec read(ConfigValues values) {
    String activation = values.text("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw ModelConfig.unsupported("hidden_act", activation, "silu");
    }
    int maxPositions = values.count("max_position_embeddings", 2048);
    ConfigKeys.requireKnown(values.object(), maxPositions);
    int hidden = values.count("hidden_size", 4096);
    int heads = values.count("num_attention_heads", 32);
    int vocab = values.count("vocab_size", 32_000);
    int mlp = values.count("intermediate_size", 11_008);
    int layers = values.count("num_hidden_layers", 32);
    int kvHeads = values.countOrNull("num_key_value_heads", heads);
    int headDim = values.countOrNull("head_dim", Math.max(1, hidden / heads));
    NormSpec norm = new NormSpec.RootMeanSquare(epsilon(values));
    boolean tied = values.flag("tie_word_embeddings");
    boolean attentionBias = values.flag("attention_bias");
    boolean mlpBias = values.flag("mlp_bias");
    RopeSpec rope = RopeConfig.read(values, maxPositions);
    String dtype = dtype(values);
    if (hidden % heads != 0) {
      throw new JobError(
          "config.json: hidden_size "
              + hidden
              + " must be a multiple of num_attention_heads "
              + heads);
    }
    LayerSpec layer =
        new LayerSpec(
            norm,
            NormPlaces.BEFORE,
            new AttentionSpec(
                heads,
                kvHeads,
                headDim,
                1 / Math.sqrt(headDim),
                new AttentionMask.Causal(),
                0,
                attentionBias,
                attentionBias),
            new MlpSpec.Gated(mlp, Activation.SILU, mlpBias));
    return new DecoderSpec(
        vocab,
        hidden,
        maxPositions,
        tied,
        dtype,
        List.of(rope),
        Collections.nCopies(layers, layer),
        norm,
        TensorNames.LLAMA);
  }

  /** LlamaConfig takes no whole number for it. */
  private static double epsilon(ConfigValues values) {
    if (values.object().path("rms_norm_eps").isIntegralNumber()) {
      throw values.wrong("rms_norm_eps", "a number with a point or an exponent, such as 1e-05");
    }
    return values.positive("rms_norm_eps", 1e-6);
  }

  private static String dtype(ConfigValues values) {
    JsonNode config = values.object();
    String key = config.hasNonNull("dtype") ? "dtype" : "torch_dtype";
    if (!config.hasNonNull(key)) {
      return "float32";
    }
    String dtype = values.text(key, "");
    if (!DTYPES.contains(dtype)) {
      throw values.wrong(key, "one of " + DTYPES);
    }
    return dtype;
  }
}
