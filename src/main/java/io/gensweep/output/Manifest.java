package io.gensweep.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.Command;
import io.gensweep.model.Numerics;
import io.gensweep.prompt.ShardLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Driver. The content of {@code OUTPUT/manifest.json}: written before the first shard, so that a
 * run that dies can be resumed with its own settings, and again with the final counts.
 *
 * @param settings the resolved job: a list of {key, value, origin}
 * @param hashes of model, tokenizer and input
 * @param numerics of all its rows
 * @param versions of what else made them: gensweep, spark, java, djl, os
 * @param counts prompts, completions and the like; empty until the run ends
 * @param layout of the shards of the first run, and of what was appended
 */
public record Manifest(
    JsonNode settings,
    SortedMap<String, String> hashes,
    Numerics numerics,
    SortedMap<String, String> versions,
    SortedMap<String, Long> counts,
    ShardLayout layout) {
  /** The hash of what a resumed run may append to. */
  public static final String INPUT = "input";

  /** Prefix of a difference in how rows are computed. */
  static final String NUMERICS = "numerics.";

  private static final int FORMAT = 2;
  private static final String APPENDED = "appended_shards";
  private static final String SLICES = "slices";

  /**
   * Settings that may differ between a run and the one that resumes it: they change no row, or a
   * hash says better what they name.
   */
  private static final List<String> FREE =
      List.of(
          "name",
          "evaluate",
          "engine",
          "output",
          "model.path",
          "prompts.path",
          "prompts.table",
          "prompts.format");

  public Manifest {
    settings = settings.deepCopy();
    hashes = new TreeMap<>(hashes);
    versions = new TreeMap<>(versions);
    counts = new TreeMap<>(counts);
  }

  /** Whose output it is. */
  public Command command() {
    for (JsonNode setting : settings) {
      if (setting.path("key").asText().equals(Command.KEY)) {
        return Command.of(setting.path("value").asText());
      }
    }
    throw new IllegalArgumentException("settings must name the " + Command.KEY);
  }

  public Manifest withCounts(Map<String, Long> now) {
    return new Manifest(settings, hashes, numerics, versions, new TreeMap<>(now), layout);
  }

  public Manifest withLayout(ShardLayout now) {
    return new Manifest(settings, hashes, numerics, versions, counts, now);
  }

  /** Copies the manifest with the prompts of another one. */
  public Manifest withInputOf(Manifest other) {
    SortedMap<String, String> changed = new TreeMap<>(hashes);
    changed.put(INPUT, other.input());
    return new Manifest(settings, changed, numerics, versions, counts, layout);
  }

  /** The hash of the prompts. */
  public String input() {
    return hashes.getOrDefault(INPUT, "");
  }

  /** How its rows are computed, as JSON, for the footer of each shard. */
  public String numericsText() {
    return Json.MAPPER.valueToTree(numerics.parts()).toString();
  }

  /** The settings that a run must share with this one to resume its output, by dotted key. */
  public SortedMap<String, String> fingerprint() {
    SortedMap<String, String> all = new TreeMap<>();
    List<String> free = new ArrayList<>(FREE);
    free.addAll(command().unused());
    for (JsonNode setting : settings) {
      String key = setting.path("key").asText();
      if (free.stream().noneMatch(f -> key.equals(f) || key.startsWith(f + "."))) {
        all.put(key, setting.path("value").toString());
      }
    }
    hashes.forEach((name, hash) -> all.put("hash of " + name, hash));
    return all;
  }

  /**
   * One line for each key in which {@code now} differs from this earlier run, in how rows are
   * computed too.
   */
  public List<String> differences(Manifest now) {
    if (command() != now.command()) {
      return List.of("command was %s, is %s".formatted(command(), now.command()));
    }
    SortedMap<String, String> before = fingerprint();
    SortedMap<String, String> after = now.fingerprint();
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        lines.add(
            "%s was %s, is %s"
                .formatted(
                    key,
                    before.getOrDefault(key, "not there"),
                    after.getOrDefault(key, "not there")));
      }
    }
    numerics.differences(now.numerics()).forEach(line -> lines.add(NUMERICS + line));
    return lines;
  }

  ObjectNode json() {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    tree.put("format", FORMAT);
    List<ShardLayout.Batch> batches = layout.batches();
    List<Integer> shards = batches.stream().map(ShardLayout.Batch::shards).toList();
    tree.put("shards", shards.get(0));
    if (batches.size() > 1) {
      tree.set(APPENDED, Json.MAPPER.valueToTree(shards.subList(1, shards.size())));
    }
    if (batches.stream().anyMatch(batch -> batch.slices() > 1)) {
      tree.set(
          SLICES,
          Json.MAPPER.valueToTree(batches.stream().map(ShardLayout.Batch::slices).toList()));
    }
    tree.set("hashes", Json.MAPPER.valueToTree(hashes));
    tree.set("numerics", Json.MAPPER.valueToTree(numerics.parts()));
    tree.set("versions", Json.MAPPER.valueToTree(versions));
    tree.set("counts", Json.MAPPER.valueToTree(counts));
    tree.set("settings", settings);
    return tree;
  }

  static Manifest of(JsonNode tree) {
    int format = tree.path("format").asInt();
    if (format == 1) {
      throw new IllegalArgumentException(
          "it is of a version of gensweep that did not note how rows are computed, so nothing tells"
              + " whether this one makes the same; use that version, another output.path, or"
              + " overwrite");
    }
    if (format != FORMAT) {
      throw new IllegalArgumentException("format must be %d, was %d".formatted(FORMAT, format));
    }
    SortedMap<String, Long> counts = new TreeMap<>();
    tree.path("counts")
        .fields()
        .forEachRemaining(e -> counts.put(e.getKey(), e.getValue().asLong()));
    return new Manifest(
        tree.path("settings"),
        texts(tree.path("hashes")),
        Numerics.of(texts(tree.path("numerics"))),
        texts(tree.path("versions")),
        counts,
        layout(tree));
  }

  private static ShardLayout layout(JsonNode tree) {
    JsonNode slices = tree.path(SLICES);
    List<ShardLayout.Batch> batches = new ArrayList<>();
    batches.add(new ShardLayout.Batch(tree.path("shards").asInt(), slices.path(0).asInt(1)));
    for (JsonNode shards : tree.path(APPENDED)) {
      batches.add(new ShardLayout.Batch(shards.asInt(), slices.path(batches.size()).asInt(1)));
    }
    return new ShardLayout(batches);
  }

  private static SortedMap<String, String> texts(JsonNode tree) {
    SortedMap<String, String> texts = new TreeMap<>();
    tree.fields().forEachRemaining(e -> texts.put(e.getKey(), e.getValue().asText()));
    return texts;
  }
}
