package io.gensweep.spark.run;

import io.gensweep.job.DType;
import io.gensweep.model.Numerics;
import io.gensweep.output.Manifest;
import io.gensweep.output.RowDifference;
import io.gensweep.spark.plan.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Driver. Explains why rows may differ from those that the run wrote.
 *
 * @param inputs hashes that differ, of what the rows are made from
 * @param numerics parts that differ, of how they are computed
 * @param versions that differ, of what else makes them
 * @param tolerance up to which log-probs of one model may be off on another machine
 */
record Causes(List<String> inputs, List<String> numerics, List<String> versions, double tolerance) {
  Causes {
    inputs = List.copyOf(inputs);
    numerics = List.copyOf(numerics);
    versions = List.copyOf(versions);
  }

  static Causes between(
      Manifest then, Map<String, String> hashes, Numerics numerics, Map<String, String> versions) {
    return new Causes(
        differences("hash of ", then.hashes(), hashes),
        then.numerics().differences(numerics),
        differences("", then.versions(), versions),
        then.numerics().dtype() == DType.FLOAT32 ? 1e-4 : 0.15);
  }

  private static List<String> differences(
      String kind, Map<String, String> then, Map<String, String> now) {
    List<String> lines = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    names.remove(Versions.TIME);
    for (String name : names) {
      String before = then.getOrDefault(name, "not told");
      String after = now.getOrDefault(name, "not told");
      if (!Objects.equals(before, after)) {
        lines.add(kind + name + " was " + before + ", is " + after);
      }
    }
    return lines;
  }

  /** Says once, before any row, that the machine is another, if it is. */
  Optional<String> otherNumerics() {
    return numerics.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "rows are computed otherwise here than in the run, so that one which is not the same"
                + " does not by itself mean a changed file: "
                + String.join("; ", numerics));
  }

  /** Describes a row that differs: its key, what differs, and the likely cause. */
  String line(RowDifference difference) {
    return difference.line(tolerance) + ". " + why(difference);
  }

  private String why(RowDifference difference) {
    if (!inputs.isEmpty()) {
      return "The job's inputs were changed: " + String.join("; ", inputs);
    }
    if (numerics.isEmpty() && versions.isEmpty()) {
      return "Model, prompts, numerics and versions are those of the run: the file was changed";
    }
    String made =
        Stream.concat(numerics.stream(), versions.stream()).collect(Collectors.joining("; "));
    return difference.isOffBy(tolerance)
        ? "More than another machine explains, the file was changed; also: " + made
        : "It was made by another machine: " + made;
  }
}
