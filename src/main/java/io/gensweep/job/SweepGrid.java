package io.gensweep.job;

import static io.gensweep.sampling.Checks.require;
import static io.gensweep.sampling.SamplingLimits.MAX_CONTINUATIONS_PER_PROMPT;

import io.gensweep.sampling.SamplingConfig;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The points of the sweep in order; one point when the job has no sweep. */
public record SweepGrid(List<SweepPoint> points) implements Serializable {
  /** The name of a point that overrides nothing. */
  static final String UNCHANGED = "default";

  public SweepGrid {
    require(!points.isEmpty(), "points must hold at least one point");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < points.size(); i++) {
      SweepPoint point = points.get(i);
      require(point.index() == i, "points must be in order, was " + point.index() + " at " + i);
      require(names.add(point.name()), "points must differ, was " + point.name() + " twice");
    }
    long continuations = points.stream().mapToLong(point -> point.sampling().n()).sum();
    require(
        continuations <= MAX_CONTINUATIONS_PER_PROMPT,
        "n must give at most "
            + MAX_CONTINUATIONS_PER_PROMPT
            + " continuations of a prompt over all points of the sweep, was "
            + continuations);
    points = List.copyOf(points);
  }

  /** The grid of a job without a sweep. */
  public static SweepGrid of(SamplingConfig sampling) {
    return new SweepGrid(List.of(new SweepPoint(0, UNCHANGED, sampling, Set.of())));
  }

  /** Upper bound on tokens generated per prompt. */
  public double mostTokens() {
    return points.stream()
        .mapToDouble(point -> (double) point.sampling().n() * point.sampling().maxTokens())
        .sum();
  }
}
