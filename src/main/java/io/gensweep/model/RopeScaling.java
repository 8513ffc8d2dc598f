package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;

/**
 * Plain Java. How the rotary frequencies are stretched; kinds and formulas as in HF's {@code
 * modeling_rope_utils}.
 *
 * @param factor how far the context is stretched, >= 1
 * @param originalPositions context of the pre-training, in tokens (llama3 only)
 */
public record RopeScaling(
    Kind kind, double factor, double lowFrequency, double highFrequency, double originalPositions) {

  /** The number is what the decoder program calls it. */
  public enum Kind {
    DEFAULT(0),
    LINEAR(1),
    LLAMA3(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  public static final RopeScaling NONE = new RopeScaling(Kind.DEFAULT, 1, 1, 1, 1);

  public RopeScaling {
    if (!(factor >= 1)) {
      throw new JobError("config.json: rope factor must be >= 1, was " + factor);
    }
    if (kind == Kind.LLAMA3 && !(highFrequency > lowFrequency && lowFrequency > 0)) {
      throw new JobError(
          "config.json: rope high_freq_factor must be above low_freq_factor, were "
              + highFrequency
              + " and "
              + lowFrequency);
    }
  }

  /**
   * Reads {@code rope_parameters} (HF 5) or {@code rope_scaling} (before); either may be absent.
   */
  static RopeScaling of(JsonNode rope) {
    if (!rope.isObject()) {
      return NONE;
    }
    String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
    return switch (type) {
      case "default" -> NONE;
      case "linear" -> new RopeScaling(Kind.LINEAR, number(rope, "factor"), 1, 1, 1);
      case "llama3" ->
          new RopeScaling(
              Kind.LLAMA3,
              number(rope, "factor"),
              number(rope, "low_freq_factor"),
              number(rope, "high_freq_factor"),
              number(rope, "original_max_position_embeddings"));
      default ->
          throw new JobError(
              "config.json: rope_type \""
                  + type
                  + "\" is not supported; supported: default, linear, llama3");
    };
  }

  private static double number(JsonNode rope, String key) {
    if (!rope.path(key).isNumber()) {
      throw new JobError(
          "config.json: rope parameter \"" + key + "\" must be a number, was " + rope.path(key));
    }
    return rope.path(key).asDouble();
  }
}
