package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of a job file, as job-defaults.yaml lists them, and their other names. */
final class JobKeys {
  static final String SAMPLING = "sampling";
  static final String SWEEP = "sweep";
  static final String POINTS = "points";
  static final String FROM_MODEL = "from_model";

  /** The tree of job-defaults.yaml. */
  static final ObjectNode DEFAULTS = readDefaults();

  /** Sampling keys by the names that Hugging Face's GenerationConfig has for them. */
  private static final Map<String, String> ALIASES = aliases();

  private JobKeys() {}

  static boolean isSection(String key) {
    return DEFAULTS.path(key).isObject();
  }

  /** The key's own name, when the word is the key or another name for it. */
  static Optional<String> canonical(String section, String word) {
    boolean sampling = section.equals(SAMPLING) || section.equals(SWEEP);
    String name = sampling ? ALIASES.getOrDefault(word, word) : word;
    return keys(section).contains(name) ? Optional.of(name) : Optional.empty();
  }

  /** The default of a key; a JSON null when it has none. */
  static JsonNode defaultOf(String section, String key) {
    if (section.isEmpty()) {
      return DEFAULTS.path(key);
    }
    return DEFAULTS.path(section.equals(SWEEP) ? SAMPLING : section).path(key);
  }

  /** Keys directly under a section; under "" those at the top, sections included. */
  static List<String> keys(String section) {
    List<String> keys = new ArrayList<>();
    if (section.equals(SWEEP)) {
      keys.addAll(keys(SAMPLING));
      keys.remove(FROM_MODEL);
      keys.add(POINTS);
    } else {
      (section.isEmpty() ? DEFAULTS : DEFAULTS.path(section))
          .fieldNames()
          .forEachRemaining(keys::add);
    }
    return keys;
  }

  /** The message for an unknown key of a section, with the key that was probably meant. */
  static String unknown(String section, String word) {
    String path = section.isEmpty() ? "" : section + ".";
    return path
        + word
        + ": "
        + UnsupportedKeys.ofKey(section, word)
            .orElseGet(() -> "unknown key; " + remedy(section, path, word));
  }

  /** The message for a dotted key of an unknown section. */
  static String unknownSection(String word, String under) {
    List<String> sections = keys("").stream().filter(JobKeys::isSection).toList();
    return word
        + "."
        + under
        + ": "
        + UnsupportedKeys.ofKey("", word)
            .orElseGet(
                () ->
                    "unknown key; "
                        + Nearest.to(word, sections)
                            .map(near -> "did you mean " + near + "." + under + "?")
                            .orElse("sections: " + String.join(", ", sections)));
  }

  /**
   * The message for an unknown key of a sweep point, which takes the sampling keys.
   *
   * @param point such as {@code sweep.points[0]}
   */
  static String unknownInPoint(String point, String word) {
    List<String> allowed = new ArrayList<>(keys(SWEEP));
    allowed.set(allowed.indexOf(POINTS), "name");
    return point + "." + word + ": " + unknownAmong(allowed, word);
  }

  /** What to say after the name of a key that is none of the allowed ones of sampling. */
  static String unknownAmong(List<String> allowed, String word) {
    return UnsupportedKeys.ofKey(SAMPLING, word)
        .orElseGet(
            () ->
                "unknown key; "
                    + Nearest.question(word, allowed, "allowed: " + String.join(", ", allowed)));
  }

  private static String remedy(String section, String path, String word) {
    List<String> elsewhere = section.equals(SWEEP) ? List.of() : placesOf(word);
    if (!elsewhere.isEmpty()) {
      return "did you mean " + String.join(" or ", elsewhere) + "?";
    }
    List<String> allowed = keys(section);
    List<String> names = new ArrayList<>(allowed);
    if (section.equals(SAMPLING) || section.equals(SWEEP)) {
      names.addAll(ALIASES.keySet());
    }
    return Nearest.to(word, names)
        .map(near -> "did you mean " + path + near + "?")
        .orElseGet(
            () ->
                "allowed "
                    + (section.isEmpty() ? "at the top" : "under " + section)
                    + ": "
                    + String.join(", ", allowed));
  }

  /** Where a key of exactly this name stands, for one that was put elsewhere. */
  private static List<String> placesOf(String word) {
    List<String> places = new ArrayList<>();
    if (word.contains(".")) {
      int dot = word.indexOf('.');
      String section = word.substring(0, dot);
      String key = word.substring(dot + 1);
      if (isSection(section) && canonical(section, key).isPresent()) {
        places.add(key + ", nested under " + section);
      }
      return places;
    }
    for (String top : keys("")) {
      if (top.equals(word)) {
        places.add(top);
      } else if (isSection(top) && !top.equals(SWEEP) && canonical(top, word).isPresent()) {
        places.add(top + "." + word);
      }
    }
    return places;
  }

  private static Map<String, String> aliases() {
    Map<String, String> aliases = new LinkedHashMap<>();
    aliases.put("max_new_tokens", "max_tokens");
    aliases.put("min_new_tokens", "min_tokens");
    aliases.put("num_return_sequences", "n");
    aliases.put("stop_strings", "stop");
    return aliases;
  }

  private static ObjectNode readDefaults() {
    String name = "job-defaults.yaml";
    try (InputStream in = JobKeys.class.getResourceAsStream(name)) {
      String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return (ObjectNode) YamlTree.parse(yaml, line -> name + ":" + line).root();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
