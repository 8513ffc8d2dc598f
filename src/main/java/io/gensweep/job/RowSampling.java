package io.gensweep.job;

import static io.gensweep.sampling.SamplingLimits.MAX_CONTINUATIONS_PER_PROMPT;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Executor, one per task; driver to count rows. The sampling of single rows: the job's, over it the
 * keys in the row's column {@code prompts.sampling}, over both the keys of each point of the sweep.
 */
public final class RowSampling {
  /** Longest sampling column, in characters; a list of all ids of a vocabulary has a million. */
  private static final int MOST_CHARS = 1 << 22;

  /** Each point of the sweep has the row's values for itself. */
  private static final long MOST_CHARS_OF_POINTS = 1 << 26;

  private static final String PLACE = "prompts.sampling";

  /** The output has a column for these or none, so rows cannot choose. */
  private static final Set<String> OF_THE_JOB = Set.of(JobKeys.FROM_MODEL, "prompt_logprobs");

  private static final ObjectReader JSON =
      Binding.MAPPER
          .reader()
          .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String column;
  private final List<SweepPoint> points;
  private final ObjectNode base;
  private final List<ObjectNode> overrides = new ArrayList<>();

  /** The job names a column of sampling. */
  public RowSampling(JobSpec job) {
    this.column = job.prompts().sampling().orElseThrow();
    this.points = job.sweep().points();
    this.base = Binding.MAPPER.valueToTree(job.sampling());
    for (SweepPoint point : points) {
      ObjectNode tree = Binding.MAPPER.valueToTree(point.sampling());
      overrides.add(tree.retain(point.keys()));
    }
  }

  /** What is wrong with a name as a key of the column, if anything is. */
  public static Optional<String> refusal(String word) {
    Optional<String> key = JobKeys.canonical(JobKeys.SAMPLING, word);
    if (key.isEmpty()) {
      List<String> allowed = new ArrayList<>(JobKeys.keys(JobKeys.SAMPLING));
      allowed.removeAll(OF_THE_JOB);
      return Optional.of(JobKeys.unknownAmong(allowed, word));
    }
    return key.filter(OF_THE_JOB::contains)
        .map(name -> "cannot differ by row; leave it out and set sampling." + name);
  }

  /**
   * The points of the sweep for one row.
   *
   * @param json the row's column: a JSON object, where a null or nothing at all sets nothing
   * @throws JobError that names the key, the value and what is allowed
   */
  public List<SweepPoint> points(String json) {
    ObjectNode row = read(json);
    List<SweepPoint> resolved = new ArrayList<>(points.size());
    long continuations = 0;
    for (int i = 0; i < points.size(); i++) {
      SweepPoint point = points.get(i);
      ObjectNode tree = base.deepCopy();
      tree.setAll(row);
      tree.setAll(overrides.get(i));
      SamplingConfig sampling = Binding.bind(tree, SamplingConfig.class, new RowScope(row, point));
      continuations += sampling.n();
      resolved.add(new SweepPoint(i, point.name(), sampling, point.keys()));
    }
    if (continuations > MAX_CONTINUATIONS_PER_PROMPT) {
      throw error(
          "n",
          " must give at most "
              + MAX_CONTINUATIONS_PER_PROMPT
              + " continuations, was "
              + continuations);
    }
    return resolved;
  }

  /** Under the keys' own names, without those that are not set. */
  private ObjectNode read(String json) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    if (json.isBlank()) {
      return row;
    }
    long most = Math.min(MOST_CHARS, MOST_CHARS_OF_POINTS / points.size());
    if (json.length() > most) {
      throw JobError.at(
          PLACE, column + " must have at most " + most + " characters, was " + json.length());
    }
    JsonNode tree = parsed(json).orElseThrow(() -> notAnObject(json));
    if (!tree.isObject()) {
      throw notAnObject(json);
    }
    Set<String> seen = new LinkedHashSet<>();
    tree.fields()
        .forEachRemaining(
            entry -> {
              String word = entry.getKey();
              if (entry.getValue().isNull()) {
                return;
              }
              refusal(word)
                  .ifPresent(
                      wrong -> {
                        throw error(word, ": " + wrong);
                      });
              String key = JobKeys.canonical(JobKeys.SAMPLING, word).orElseThrow();
              if (!seen.add(key)) {
                throw error(key, ": given twice, once under another name");
              }
              row.set(key, Layer.normal(JobKeys.SAMPLING, key, typed(key, entry.getValue())));
            });
    return row;
  }

  /** A map column has one type for all its values: 5.0 stands for 5 there, and "5" as well. */
  private static JsonNode typed(String key, JsonNode value) {
    JsonNode like = JobKeys.defaultOf(JobKeys.SAMPLING, key);
    boolean text = like.isTextual() || Layer.TEXT_LISTS.contains(key);
    JsonNode given =
        value.isTextual() && !text
            ? parsed(value.textValue()).filter(node -> !node.isNull()).orElse(value)
            : value;
    boolean whole = given.isDouble() && given.doubleValue() == Math.rint(given.doubleValue());
    return whole && like.isIntegralNumber() && given.canConvertToLong()
        ? JsonNodeFactory.instance.numberNode(given.longValue())
        : given;
  }

  private static Optional<JsonNode> parsed(String json) {
    try {
      return Optional.of(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private JobError notAnObject(String json) {
    return JobError.at(
        PLACE,
        column
            + " must be a JSON object of sampling keys, each once, was "
            + Binding.shown(JsonNodeFactory.instance.textNode(json)));
  }

  private JobError error(String key, String message) {
    return JobError.at(PLACE, column + "." + Binding.cut(key) + message);
  }

  /** Where the keys of one row and point come from. */
  private final class RowScope implements Binding.Scope {
    private final ObjectNode row;
    private final SweepPoint point;

    RowScope(ObjectNode row, SweepPoint point) {
      this.row = row;
      this.point = point;
    }

    @Override
    public String key(String local) {
      String section = row.has(local) && !point.keys().contains(local) ? column : JobKeys.SAMPLING;
      return section + "." + local;
    }

    @Override
    public String place(String local) {
      return point.keys().isEmpty() ? PLACE : PLACE + " at sweep point " + point.name();
    }
  }
}
