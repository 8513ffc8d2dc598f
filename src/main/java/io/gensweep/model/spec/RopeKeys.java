package io.gensweep.model.spec;

import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The keys of rotary positions by their type, and what is odd about those of a config. */
final class RopeKeys {
  /** Keys beside rope_theta and rope_type that a type takes. */
  private static final Map<String, List<String>> KEYS =
      Map.of(
          "linear", List.of("factor"),
          "dynamic", List.of("factor", "alpha"),
          "proportional", List.of("factor"),
          "llama3", List.of("factor", "low_freq_factor", "high_freq_factor", RopeConfig.ORIGINAL),
          "yarn",
              List.of(
                  "factor",
                  "attention_factor",
                  "beta_fast",
                  "beta_slow",
                  "mscale",
                  "mscale_all_dim",
                  "truncate",
                  RopeConfig.ORIGINAL),
          "longrope",
              List.of(
                  "factor",
                  "attention_factor",
                  "short_factor",
                  "long_factor",
                  RopeConfig.ORIGINAL));

  private RopeKeys() {}

  /** The types beside the default one. */
  static List<String> types() {
    return KEYS.keySet().stream().sorted().toList();
  }

  /** What transformers warns about. */
  static List<String> warnings(ConfigValues config, DecoderSpec spec) {
    ConfigValues rope = RopeConfig.parameters(config);
    List<String> warnings = new ArrayList<>();
    if (spec.ropes().isEmpty()) {
      return warnings;
    }
    RopeScaling scaling = spec.ropes().get(0).scaling();
    if (scaling.factor() < 1) {
      warnings.add(rope.place() + " factor should be >= 1, was " + scaling.factor());
    }
    if (scaling instanceof RopeScaling.Llama3 llama3
        && llama3.originalPositions() >= spec.maxPositions()) {
      warnings.add(
          "%s %s should be below max_position_embeddings %d, was %.0f"
              .formatted(
                  rope.place(),
                  RopeConfig.ORIGINAL,
                  spec.maxPositions(),
                  llama3.originalPositions()));
    }
    boolean nested = rope.object().properties().stream().anyMatch(e -> e.getValue().isObject());
    Set<String> known = new HashSet<>(nested ? rope.names() : List.of());
    Stream.of("rope_type", "type", "rope_theta", RopeConfig.PART, "mrope_section")
        .forEach(known::add);
    if (spec.attention().anyMatch(each -> each.queryScale().isPresent())) {
      known.addAll(List.of("llama_4_scaling_beta", "max_position_embeddings"));
    }
    String type = nested ? "default" : RopeConfig.type(rope);
    known.addAll(KEYS.getOrDefault(type, List.of()));
    rope.names().stream()
        .filter(name -> !known.contains(name))
        .forEach(name -> warnings.add(rope.place() + " " + JsonFile.shown(name) + " is not used"));
    return warnings;
  }
}
