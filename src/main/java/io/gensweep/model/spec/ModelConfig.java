package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a {@code config.json} into a {@link DecoderSpec}, by its {@code model_type}. A key that
 * would change what is computed, and is not in the spec, is refused and never ignored.
 */
public final class ModelConfig {
  private ModelConfig() {}

  /**
   * Reads a config.
   *
   * @throws JobError that names the key
   */
  public static DecoderSpec read(JsonNode config) {
    ConfigValues values = ConfigValues.of(config);
    String family = values.text("model_type", "");
    return switch (family) {
      case "llama" -> LlamaConfig.read(values);
      default -> throw unsupported("model_type", family, "llama (LlamaForCausalLM)");
    };
  }

  /** What transformers warns about. */
  public static List<String> warnings(JsonNode config) {
    DecoderSpec spec = read(config);
    List<String> warnings = new ArrayList<>(ConfigKeys.warnings(config, spec.vocabSize()));
    warnings.addAll(RopeConfig.warnings(ConfigValues.of(config), spec));
    return warnings;
  }

  static JobError unsupported(String key, String value, String supported) {
    return new JobError(
        "config.json: "
            + key
            + " \""
            + JsonFile.shown(value)
            + "\" is not supported; supported: "
            + supported);
  }
}
