package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a config says of rotary positions, in the order in which transformers believes it.
 *
 * @param config of the model
 * @param parameters the object that describes the positions; empty where there is none
 * @param maxPositions longest context, in tokens
 * @param theta where the config has none
 * @param part of each head that is rotated, where the config has none; 0 for a family that always
 *     rotates all
 */
record RopeConfig(
    ConfigValues config, ConfigValues parameters, int maxPositions, double theta, double part) {
  static final String ORIGINAL = "original_max_position_embeddings";
  static final String PART = "partial_rotary_factor";
  private static final String ALPHA = "alpha";

  /**
   * What transformers reads where a config gives nothing: all of each head, by a theta of 10,000.
   */
  static RopeConfig of(ConfigValues config, int maxPositions) {
    return of(config, maxPositions, 10_000, 0);
  }

  static RopeConfig of(ConfigValues config, int maxPositions, double theta, double part) {
    return new RopeConfig(config, parameters(config), maxPositions, theta, part);
  }

  /**
   * {@code rope_scaling} where it is given (HF before 5), which HF 5 believes more than its own
   * {@code rope_parameters}.
   */
  static ConfigValues parameters(ConfigValues config) {
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      JsonNode rope = config.get(key);
      if (!rope.isMissingNode() && !rope.isNull() && !rope.isObject()) {
        throw config.wrong(key, "an object");
      }
      if (rope.isObject() && !rope.isEmpty()) {
        return config.inner(key, rope);
      }
    }
    return config.inner("rope_parameters", JsonNodeFactory.instance.objectNode());
  }

  /** The one table of a model. */
  RopeSpec table(int headDim) {
    return table(parameters, headDim);
  }

  /**
   * The table of the layers of a type, where the config tells the types apart, else that of all.
   *
   * @return empty where the config says null: such layers are not rotated
   */
  Optional<RopeSpec> table(String layerType, int headDim) {
    if (!parameters.object().has(layerType)) {
      return Optional.of(table(headDim));
    }
    JsonNode own = parameters.object().get(layerType);
    if (own.isNull()) {
      return Optional.empty();
    }
    if (!own.isObject()) {
      throw parameters.wrong(layerType, "an object or null");
    }
    return Optional.of(table(parameters.inner(layerType, own), headDim));
  }

  private RopeSpec table(ConfigValues rope, int headDim) {
    requireFlat(rope);
    ConfigValues withTheta = rope.object().has("rope_theta") ? rope : config;
    double base = withTheta.positive("rope_theta", theta);
    double rotated = rotatedPart(rope);
    String type = type(rope);
    int width = type.equals("proportional") ? headDim : (int) (headDim * rotated);
    if (width < 2 || width % 2 != 0) {
      throw new JobError(
          "config.json: head_dim must be even, was "
              + headDim
              + (width == headDim ? "" : ", and what is rotated of it, was " + width));
    }
    return new RopeSpec(base, width, false, scaling(type, rope, base, width, rotated));
  }

  private double rotatedPart(ConfigValues rope) {
    if (part == 0) {
      if (rope.positive(PART, 1) != 1) {
        throw rope.wrong(PART, "1; rotating part of a head is no part of this architecture");
      }
      return 1;
    }
    ConfigValues withPart = rope.object().has(PART) ? rope : config;
    double rotated = withPart.positive(PART, part);
    if (rotated > 1) {
      throw withPart.wrong(PART, "a number above 0 and at most 1");
    }
    return rotated;
  }

  private static void requireFlat(ConfigValues rope) {
    for (var entry : rope.object().properties()) {
      boolean list = entry.getValue().isArray() && isListed(entry.getKey());
      if (entry.getValue().isContainerNode() && !list) {
        throw rope.wrong(
            entry.getKey(),
            "a number or a text; rope by layer type is no part of this architecture");
      }
    }
  }

  /** mrope_section tells how images and videos are placed; text has the same place in all. */
  private static boolean isListed(String key) {
    return key.equals("short_factor") || key.equals("long_factor") || key.equals("mrope_section");
  }

  static String type(ConfigValues rope) {
    String type = rope.text(rope.object().has("rope_type") ? "rope_type" : "type", "default");
    // What longrope was called in the first configs of Phi-3.
    boolean former =
        type.equals("su") || (type.equals("yarn") && rope.object().has("short_factor"));
    return former ? "longrope" : type;
  }

  /** Context of the pre-training, in tokens. */
  double originalPositions() {
    return original(parameters);
  }

  /**
   * The one table of a model whose dynamic type may have an {@code alpha}: that stretches theta
   * once for all lengths (HunYuan).
   */
  RopeSpec tableByAlpha(int headDim) {
    if (!type(parameters).equals("dynamic") || !parameters.has(ALPHA)) {
      return table(headDim);
    }
    double alpha = parameters.positive(ALPHA);
    ObjectNode rest = parameters.object().deepCopy();
    rest.remove(ALPHA);
    RopeSpec plain = table(new ConfigValues(rest, parameters.place(), parameters.read()), headDim);
    double stretched = plain.theta() * Math.pow(alpha, headDim / (headDim - 2.0));
    return new RopeSpec(stretched, plain.width(), plain.interleaved(), plain.scaling());
  }

  private RopeScaling scaling(
      String type, ConfigValues rope, double base, int width, double rotated) {
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "dynamic" -> dynamic(rope);
      case "linear" -> new RopeScaling.Linear(rope.positive("factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              rope.positive("factor"),
              rope.positive("low_freq_factor"),
              rope.positive("high_freq_factor"),
              original(rope));
      case "yarn" -> yarn(rope, base, width);
      case "longrope" -> longRope(rope, width);
      case "proportional" ->
          new RopeScaling.Proportional(rope.positive("factor", 1), (int) (rotated * width / 2));
      default ->
          throw new JobError(
              "config.json: rope_type \""
                  + JsonFile.shown(type)
                  + "\" is not supported; supported: default, "
                  + String.join(", ", RopeKeys.types()));
    };
  }

  /** Up to max_position_embeddings it changes nothing, and no context is longer. */
  private static RopeScaling dynamic(ConfigValues rope) {
    if (rope.has(ALPHA)) {
      throw rope.wrong(ALPHA, "absent; it is no part of this architecture");
    }
    return new RopeScaling.None();
  }

  private RopeScaling yarn(ConfigValues rope, double base, int width) {
    double original = original(rope);
    double factor = stretch(rope, original);
    double attention = rope.positiveOrNull("attention_factor", 0);
    if (attention == 0) {
      double scale = rope.numberOrNull("mscale", 0);
      double ofAll = rope.numberOrNull("mscale_all_dim", 0);
      attention =
          scale != 0 && ofAll != 0
              ? growth(factor, scale) / growth(factor, ofAll)
              : growth(factor, 1);
    }
    return RopeScaling.Yarn.of(
        factor,
        attention,
        rope.positiveOrNull("beta_fast", 32),
        rope.positiveOrNull("beta_slow", 1),
        rope.flag("truncate", true),
        base,
        width,
        original);
  }

  /** Factor of cosines and sines that YaRN gives a stretched context. */
  static double growth(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private RopeScaling longRope(ConfigValues rope, int width) {
    double original = original(rope);
    double factor = stretch(rope, original);
    double attention = rope.positiveOrNull("attention_factor", 0);
    if (attention == 0) {
      attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    }
    return new RopeScaling.LongRope(
        factor,
        rope.positives("short_factor", width / 2),
        rope.positives("long_factor", width / 2),
        original,
        attention);
  }

  /** How far the context is stretched: the factor, or what the contexts' lengths say. */
  private double stretch(ConfigValues rope, double original) {
    return rope.positiveOrNull("factor", maxPositions / original);
  }

  /** HF takes the config's own value where it has one, then the parameter, then the context. */
  private double original(ConfigValues rope) {
    return config.object().has(ORIGINAL)
        ? config.count(ORIGINAL, 1)
        : rope.count(ORIGINAL, maxPositions);
  }
}
