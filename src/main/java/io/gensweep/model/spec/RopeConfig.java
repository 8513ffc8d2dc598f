package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads what a config says of rotary positions, in the order in which transformers believes it. */
final class RopeConfig {
  private static final String ORIGINAL = "original_max_position_embeddings";

  /** Keys beside rope_theta and rope_type that a type takes. */
  private static final List<String> LINEAR_KEYS = List.of("factor");

  private static final List<String> LLAMA3_KEYS =
      List.of("factor", "low_freq_factor", "high_freq_factor", ORIGINAL);

  private RopeConfig() {}

  static RopeSpec read(ConfigValues config, int maxPositions) {
    ConfigValues rope = parameters(config);
    ConfigValues withTheta = rope.object().has("rope_theta") ? rope : config;
    return new RopeSpec(
        withTheta.positive("rope_theta", 10_000), scaling(rope, config, maxPositions));
  }

  /**
   * The object that describes the positions: {@code rope_scaling} where it is given (HF before 5),
   * which HF 5 believes more than its own {@code rope_parameters}; empty where neither is.
   */
  private static ConfigValues parameters(ConfigValues config) {
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

  private static RopeScaling scaling(ConfigValues rope, ConfigValues config, int maxPositions) {
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
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(rope.positive("factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
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
  static List<String> warnings(ConfigValues config, DecoderSpec spec) {
    ConfigValues rope = parameters(config);
    RopeScaling scaling = spec.ropes().get(0).scaling();
    List<String> warnings = new ArrayList<>();
    if (scaling.factor() < 1) {
      warnings.add(rope.place() + " factor should be >= 1, was " + scaling.factor());
    }
    if (scaling instanceof RopeScaling.Llama3 llama3
        && llama3.originalPositions() >= spec.maxPositions()) {
      warnings.add(
          "%s %s should be below max_position_embeddings %d, was %.0f"
              .formatted(rope.place(), ORIGINAL, spec.maxPositions(), llama3.originalPositions()));
    }
    Set<String> known = new HashSet<>(keys(scaling.type()));
    known.addAll(List.of("rope_type", "type", "rope_theta", "partial_rotary_factor"));
    for (var entry : rope.object().properties()) {
      if (!known.contains(entry.getKey())) {
        warnings.add(rope.place() + " " + JsonFile.shown(entry.getKey()) + " is not used");
      }
    }
    return warnings;
  }

  private static List<String> keys(String type) {
    return switch (type) {
      case "linear" -> LINEAR_KEYS;
      case "llama3" -> LLAMA3_KEYS;
      default -> List.of();
    };
  }
}
