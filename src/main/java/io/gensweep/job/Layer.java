package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Settings from one origin, or from several merged by precedence: a value for each dotted key,
 * under the key's own name.
 */
final class Layer {
  /** Keys where one text stands for a list of one. */
  static final Set<String> TEXT_LISTS = Set.of("stop", "bad_words");

  private final Map<String, Leaf> leaves = new LinkedHashMap<>();

  static Layer empty() {
    return new Layer();
  }

  /**
   * Adds the keys of a job tree.
   *
   * @param placeOf names the place of a dotted path, as the tree spells it
   */
  void add(Origin origin, JsonNode tree, UnaryOperator<String> placeOf) {
    tree.fields()
        .forEachRemaining(
            entry -> {
              String key = entry.getKey();
              JsonNode value = entry.getValue();
              String place = placeOf.apply(key);
              if (JobKeys.isSection(key)) {
                addSection(origin, key, value, placeOf);
              } else if (JobKeys.canonical("", key).isPresent()) {
                put("", key, key, new Leaf(value, origin, place));
              } else {
                throw JobError.at(place, JobKeys.unknown("", key));
              }
            });
  }

  private void addSection(
      Origin origin, String section, JsonNode node, UnaryOperator<String> placeOf) {
    String place = placeOf.apply(section);
    boolean commandLine = origin == Origin.COMMAND_LINE;
    if (node.isNull() && commandLine && section.equals(JobKeys.SWEEP)) {
      leaves.put(section, new Leaf(node, origin, place));
      return;
    }
    if (node.isNull() && !commandLine) {
      return; // a heading with nothing under it
    }
    if (!node.isObject()) {
      throw JobError.at(
          place, section + " must be a section with keys of its own, was " + Binding.shown(node));
    }
    node.fields()
        .forEachRemaining(
            entry -> {
              String word = entry.getKey();
              String wordPlace = placeOf.apply(section + "." + word);
              String key =
                  JobKeys.canonical(section, word)
                      .orElseThrow(() -> JobError.at(wordPlace, JobKeys.unknown(section, word)));
              put(section, key, word, new Leaf(entry.getValue(), origin, wordPlace));
            });
  }

  private void put(String section, String key, String word, Leaf leaf) {
    String full = section.isEmpty() ? key : section + "." + key;
    boolean sweep = section.equals(JobKeys.SWEEP);
    JsonNode normal = sweep ? leaf.value() : normal(section, key, leaf.value());
    if (normal.isNull() && !sweep && !JobKeys.defaultOf(section, key).isNull()) {
      throw JobError.at(leaf.place(), full + " has no value; give one or leave the key out");
    }
    if (leaves.put(full, new Leaf(normal, leaf.origin(), leaf.place())) != null) {
      String as = word.equals(key) ? "" : " (" + word + " is another name for it)";
      throw JobError.at(leaf.place(), full + ": given twice" + as);
    }
  }

  /**
   * The value in normal form: one text becomes a list, and 1 becomes 1.0 for keys of any number.
   */
  static JsonNode normal(String section, String key, JsonNode value) {
    if (TEXT_LISTS.contains(key) && value.isTextual()) {
      return JsonNodeFactory.instance.arrayNode().add(value);
    }
    boolean takesFractions = JobKeys.defaultOf(section, key).isDouble();
    return takesFractions && value.isIntegralNumber()
        ? JsonNodeFactory.instance.numberNode(value.asDouble())
        : value;
  }

  /** Merges this layer over a lower one; null for `sweep` or an axis removes the lower value. */
  Layer over(Layer lower) {
    Layer merged = new Layer();
    merged.leaves.putAll(lower.leaves);
    if (leaves.containsKey(JobKeys.SWEEP)) {
      merged.leaves.keySet().removeIf(key -> key.startsWith(JobKeys.SWEEP + "."));
    }
    leaves.forEach(
        (key, leaf) -> {
          boolean sweep = key.equals(JobKeys.SWEEP) || key.startsWith(JobKeys.SWEEP + ".");
          if (sweep && leaf.value().isNull() && leaf.origin() == Origin.COMMAND_LINE) {
            merged.leaves.remove(key);
          } else {
            merged.leaves.put(key, leaf);
          }
        });
    return merged;
  }

  Map<String, Leaf> leaves() {
    return leaves;
  }

  Leaf leaf(String key) {
    return leaves.get(key);
  }

  /** The values of a section by key; section "" holds the keys at the top. */
  Map<String, Leaf> section(String section) {
    Map<String, Leaf> under = new LinkedHashMap<>();
    leaves.forEach(
        (key, leaf) -> {
          int dot = key.indexOf('.');
          if (section.equals(dot < 0 ? "" : key.substring(0, dot))) {
            under.put(key.substring(dot + 1), leaf);
          }
        });
    return under;
  }

  ObjectNode tree(String section) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    section(section).forEach((key, leaf) -> tree.set(key, leaf.value()));
    return tree;
  }

  /** The place of a key; of the first key when the name joins several, as path|table does. */
  String place(String key, String otherwise) {
    Leaf leaf = leaves.get(key);
    return leaf == null ? otherwise : leaf.place();
  }
}
