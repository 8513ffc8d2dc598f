package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the section `sweep` into its grid.
 *
 * <p>The points of axes are their product in the order of the job file, the first axis slowest:
 * {@code temperature: [0, 1]} before {@code top_p: [0.9, 1]} gives (0, 0.9), (0, 1), (1, 0.9), (1,
 * 1). Every sampling key can be an axis, {@code n} and {@code seed} too. Points of a list come in
 * its order.
 */
final class SweepReader {
  private static final int MAX_POINTS = 10_000;

  private final Layer settings;
  private final String source;
  private final ObjectNode base;

  /**
   * @param base the sampling section that points override
   * @param source the job file's name, for errors
   */
  SweepReader(Layer settings, ObjectNode base, String source) {
    this.settings = settings;
    this.base = base;
    this.source = source;
  }

  SweepGrid grid(SamplingConfig sampling) {
    Map<String, Leaf> sweep = settings.section(JobKeys.SWEEP);
    if (sweep.isEmpty()) {
      return SweepGrid.of(sampling);
    }
    Leaf list = sweep.remove(JobKeys.POINTS);
    if (list == null) {
      return ofAxes(sweep);
    }
    if (!sweep.isEmpty()) {
      throw JobError.at(
          list.place(),
          "sweep takes either points or axes, was points and " + String.join(", ", sweep.keySet()));
    }
    return ofPoints(list);
  }

  private SweepGrid ofAxes(Map<String, Leaf> axes) {
    long size = 1;
    for (Map.Entry<String, Leaf> axis : axes.entrySet()) {
      JsonNode values = axis.getValue().value();
      if (!values.isArray() || values.isEmpty()) {
        throw JobError.at(
            axis.getValue().place(),
            "sweep."
                + axis.getKey()
                + " must be a list of at least one value, was "
                + Binding.shown(values));
      }
      size *= values.size();
      if (size > MAX_POINTS) {
        throw JobError.at(
            axis.getValue().place(),
            "sweep must have at most " + MAX_POINTS + " points, was at least " + size);
      }
    }
    List<SweepPoint> points = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int index = 0; index < size; index++) {
      Overrides overrides = new Overrides();
      int inner = (int) size;
      int rest = index;
      for (Map.Entry<String, Leaf> axis : axes.entrySet()) {
        JsonNode values = axis.getValue().value();
        inner /= values.size();
        int at = rest / inner;
        rest %= inner;
        overrides.set(axis.getKey(), "sweep." + axis.getKey() + "[" + at + "]", values.get(at));
      }
      SamplingConfig sampling = overrides.sampling();
      String name = overrides.name(sampling);
      if (!names.add(name)) {
        throw JobError.at(
            axes.values().iterator().next().place(),
            "sweep must not list a value twice, was " + name + " twice");
      }
      points.add(new SweepPoint(index, name, sampling, overrides.keys()));
    }
    return new SweepGrid(points);
  }

  private SweepGrid ofPoints(Leaf list) {
    if (!list.value().isArray() || list.value().isEmpty()) {
      throw JobError.at(
          list.place(),
          "sweep.points must be a list of at least one map, was " + Binding.shown(list.value()));
    }
    if (list.value().size() > MAX_POINTS) {
      throw JobError.at(
          list.place(),
          "sweep must have at most " + MAX_POINTS + " points, was " + list.value().size());
    }
    List<SweepPoint> points = new ArrayList<>();
    Map<String, Integer> names = new HashMap<>();
    for (JsonNode map : list.value()) {
      int index = points.size();
      SweepPoint point = point(index, "sweep.points[" + index + "]", map, list.place());
      Integer before = names.put(point.name(), index);
      if (before != null) {
        throw JobError.at(
            list.place(),
            "sweep.points must differ in name, was "
                + point.name()
                + " at ["
                + before
                + "] and ["
                + index
                + "]");
      }
      points.add(point);
    }
    return new SweepGrid(points);
  }

  private SweepPoint point(int index, String full, JsonNode map, String place) {
    if (!map.isObject()) {
      throw JobError.at(place, full + " must be a map of sampling keys, was " + Binding.shown(map));
    }
    Overrides overrides = new Overrides();
    map.fields()
        .forEachRemaining(
            entry -> {
              String word = entry.getKey();
              if (!word.equals("name")) {
                String key =
                    JobKeys.canonical(JobKeys.SWEEP, word)
                        .filter(known -> !known.equals(JobKeys.POINTS))
                        .orElseThrow(() -> JobError.at(place, JobKeys.unknownInPoint(full, word)));
                overrides.set(key, full + "." + key, entry.getValue());
              }
            });
    SamplingConfig sampling = overrides.sampling();
    JsonNode name = map.path("name");
    if (name.isMissingNode()) {
      return new SweepPoint(index, overrides.name(sampling), sampling, overrides.keys());
    }
    if (!name.isTextual() || name.textValue().isBlank()) {
      throw JobError.at(
          place, full + ".name must be a text that is not blank, was " + Binding.shown(name));
    }
    return new SweepPoint(index, name.textValue(), sampling, overrides.keys());
  }

  /** The settings that one sweep point overrides. */
  private final class Overrides implements Binding.Scope {
    private final ObjectNode tree = base.deepCopy();
    private final Map<String, String> fullKeys = new LinkedHashMap<>();

    void set(String key, String full, JsonNode value) {
      if (value.isNull()) {
        throw JobError.at(sweepPlace(key), full + " has no value; give one or leave it out");
      }
      if (fullKeys.put(key, full) != null) {
        throw JobError.at(sweepPlace(key), full + ": given twice, once under another name");
      }
      tree.set(key, Layer.normal(JobKeys.SAMPLING, key, value));
    }

    SamplingConfig sampling() {
      return Binding.bind(tree, SamplingConfig.class, this);
    }

    Set<String> keys() {
      return fullKeys.keySet();
    }

    /** From the values as bound, so that 0 and 0.0 read alike. */
    String name(SamplingConfig sampling) {
      JsonNode bound = Binding.MAPPER.valueToTree(sampling);
      return fullKeys.isEmpty()
          ? SweepGrid.UNCHANGED
          : fullKeys.keySet().stream()
              .map(key -> key + "=" + bound.get(key))
              .collect(Collectors.joining(","));
    }

    @Override
    public String key(String local) {
      return fullKeys.getOrDefault(local, JobKeys.SAMPLING + "." + local);
    }

    @Override
    public String place(String local) {
      return fullKeys.containsKey(local)
          ? sweepPlace(local)
          : settings.place(JobKeys.SAMPLING + "." + local, source);
    }

    private String sweepPlace(String key) {
      return settings.place(
          JobKeys.SWEEP + "." + key, settings.place(JobKeys.SWEEP + "." + JobKeys.POINTS, source));
    }
  }
}
