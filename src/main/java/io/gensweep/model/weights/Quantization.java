package io.gensweep.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.List;
import java.util.Map;

/**
 * How a checkpoint's weights are quantized, by {@code quantization_config} of its {@code
 * config.json}. Weights are dequantized when they are read; activations stay as the job's dtype has
 * them.
 */
public sealed interface Quantization permits Unquantized, Float8Quantization, Mxfp4Quantization {
  /** Of weights that are stored as they are. */
  Quantization NONE = new Unquantized();

  String KEY = "quantization_config";
  String READ =
      "; supported: fp8 (weight_scale_inv), compressed-tensors with format float-quantized, mxfp4;"
          + " or give the model's unquantized folder";

  /**
   * Reads a config.
   *
   * @throws JobError that names the way of quantizing, if it is not one that is read
   */
  static Quantization of(JsonNode config) {
    JsonNode inText = config.path("text_config").path(KEY);
    JsonNode json = config.hasNonNull(KEY) ? config.path(KEY) : inText;
    if (json.isMissingNode() || json.isNull()) {
      return NONE;
    }
    String method = json.path("quant_method").asText();
    return switch (method) {
      case "fp8" -> Float8Quantization.blockwise(json);
      case "compressed-tensors" -> Float8Quantization.compressed(json);
      case "mxfp4" -> new Mxfp4Quantization();
      default -> throw unsupported("quant_method", json);
    };
  }

  static JobError unsupported(String key, JsonNode json) {
    JsonNode value = json.path(key);
    return new JobError(
        "config.json: "
            + KEY
            + "."
            + key
            + " is not supported, was "
            + JsonFile.shown(value.isMissingNode() ? json : value)
            + READ);
  }

  /** The tensors under the names that they would have unquantized. */
  Map<String, NamedTensor> dequantized(Map<String, TensorEntry> stored);

  /** What is odd about it and not wrong, one line each. */
  List<String> warnings();
}
