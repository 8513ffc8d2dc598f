package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Plain Java. How the rotary frequencies are stretched; kinds and formulas as in HF's {@code
 * modeling_rope_utils}.
 *
 * @param factor how far the context is stretched
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

  private static final String ORIGINAL = "original_max_position_embeddings";

  public static final RopeScaling NONE = new RopeScaling(Kind.DEFAULT, 1, 1, 1, 1);

  /** Parameters that a kind takes beside rope_theta and rope_type. */
  private static final List<String> LLAMA3_KEYS =
      List.of("factor", "low_freq_factor", "high_freq_factor", ORIGINAL);

  public RopeScaling {
    if (kind == Kind.LLAMA3 && !(highFrequency > lowFrequency)) {
      throw new JobError(
          "config.json: rope high_freq_factor must be above low_freq_factor, were "
              + highFrequency
              + " and "
              + lowFrequency);
    }
  }

  /**
   * The object that describes the positions: {@code rope_scaling} where it is given (HF before 5),
   * which HF 5 believes more than its own {@code rope_parameters}; empty where neither is.
   */
  static ConfigValues parameters(ConfigValues config) {
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      JsonNode rope = config.object().path(key);
      if (!rope.isMissingNode() && !rope.isNull() && !rope.isObject()) {
        throw config.wrong(key, "an object");
      }
      if (rope.isObject() && !rope.isEmpty()) {
        return new ConfigValues(rope, config.place() + " " + key + ":");
      }
    }
    return new ConfigValues(JsonNodeFactory.instance.objectNode(), config.place());
  }

  /** Reads what {@link #parameters} found. */
  static RopeScaling of(ConfigValues rope, ConfigValues config, int maxPositions) {
    for (var entry : rope.object().properties()) {
      if (entry.getValue().isContainerNode()) {
        throw rope.wrong(entry.getKey(), "a number or a text; rope by layer type is not supported");
      }
    }
    if (rope.object().has("partial_rotary_factor") && rope.positive("partial_rotary_factor") != 1) {
      throw rope.wrong("partial_rotary_factor", "1; rotating part of a head is not supported");
    }
    String type = rope.text(rope.object().has("rope_type") ? "rope_type" : "type", "default");
    return switch (type) {
      case "default" -> NONE;
      case "linear" -> new RopeScaling(Kind.LINEAR, rope.positive("factor"), 1, 1, 1);
      case "llama3" ->
          new RopeScaling(
              Kind.LLAMA3,
              rope.positive("factor"),
              rope.positive("low_freq_factor"),
              rope.positive("high_freq_factor"),
              original(rope, config, maxPositions));
      default ->
          throw new JobError(
              "config.json: rope_type \""
                  + JsonFile.shown(type)
                  + "\" is not supported; supported: default, linear, llama3");
    };
  }

  /** HF takes the config's own value where it has one, then the parameter, then the context. */
  private static double original(ConfigValues rope, ConfigValues config, int maxPositions) {
    return config.object().has(ORIGINAL)
        ? config.count(ORIGINAL, 1)
        : rope.count(ORIGINAL, maxPositions);
  }

  /** What transformers warns about. */
  List<String> warnings(ConfigValues rope, int maxPositions) {
    List<String> warnings = new ArrayList<>();
    if (kind != Kind.DEFAULT && factor < 1) {
      warnings.add(rope.place() + " factor should be >= 1, was " + factor);
    }
    if (kind == Kind.LLAMA3 && originalPositions >= maxPositions) {
      warnings.add(
          "%s %s should be below max_position_embeddings %d, was %.0f"
              .formatted(rope.place(), ORIGINAL, maxPositions, originalPositions));
    }
    Set<String> known = new HashSet<>(Set.of("rope_type", "type", "rope_theta"));
    known.add("partial_rotary_factor");
    known.addAll(keys());
    for (var entry : rope.object().properties()) {
      if (!known.contains(entry.getKey())) {
        warnings.add(rope.place() + " " + JsonFile.shown(entry.getKey()) + " is not used");
      }
    }
    return warnings;
  }

  private List<String> keys() {
    return switch (kind) {
      case DEFAULT -> List.of();
      case LINEAR -> List.of("factor");
      case LLAMA3 -> LLAMA3_KEYS;
    };
  }
}
