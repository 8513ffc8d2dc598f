package io.gensweep.spark;

import io.gensweep.job.DType;
import io.gensweep.output.Manifest;
import io.gensweep.output.RowDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Driver. Why rows may be others now than in the run that wrote them.
 *
 * @param inputs hashes that differ, of what the rows are made from
 * @param machines versions that differ, of what they are made with
 * @param cpu of the run
 * @param tolerance up to which log-probs of one model may be off on another machine
 */
record Causes(List<String> inputs, List<String> machines, String cpu, double tolerance) {
  Causes {
    inputs = List.copyOf(inputs);
    machines = List.copyOf(machines);
  }

  static Causes between(Manifest then, Map<String, String> hashes, Map<String, String> versions) {
    String dtype = then.versions().getOrDefault(Versions.DTYPE, "");
    return new Causes(
        differences("hash of ", then.hashes(), hashes),
        differences("", then.versions(), versions),
        then.versions().getOrDefault(Versions.CPU, ""),
        dtype.equals(DType.FLOAT32.toString()) ? 1e-4 : 0.15);
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

  /** With the CPUs of the executors that made the rows again. */
  Causes and(List<EngineReport> engines) {
    TreeSet<String> all = new TreeSet<>(machines);
    for (EngineReport engine : engines) {
      if (!engine.cpu().equals(cpu)) {
        all.add("cpu was " + cpu + ", is " + engine.cpu());
      }
    }
    return new Causes(inputs, List.copyOf(all), cpu, tolerance);
  }

  /** What is said of a row: which it is, what differs, and why that can be. */
  String line(RowDifference difference) {
    return difference.line(tolerance) + ". " + why(difference);
  }

  private String why(RowDifference difference) {
    if (!inputs.isEmpty()) {
      return "The job's inputs were changed: " + String.join("; ", inputs);
    }
    if (machines.isEmpty()) {
      return "Model, prompts, CPU and versions are those of the run: the file was changed";
    }
    String made = String.join("; ", machines);
    return difference.isOffBy(tolerance)
        ? "More than another machine explains, the file was changed; also: " + made
        : "It was made by another machine: " + made;
  }
}
