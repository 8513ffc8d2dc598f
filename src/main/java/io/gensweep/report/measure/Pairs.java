package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.List;

/** The pairs of points that a report compares: all of them, unless there are very many points. */
final class Pairs {
  /** Points, from the first, that are compared; 2,016 pairs. */
  static final int MOST_POINTS = 64;

  /** In the order (0, 1), (0, 2), (1, 2), (0, 3), ...: those of fewer points come first. */
  private static final List<Pair> ALL = all();

  private Pairs() {}

  /** Two points, a before b. */
  record Pair(int a, int b) {}

  static List<Pair> of(int points) {
    int compared = Math.min(points, MOST_POINTS);
    return ALL.subList(0, compared * (compared - 1) / 2);
  }

  private static List<Pair> all() {
    List<Pair> pairs = new ArrayList<>();
    for (int b = 1; b < MOST_POINTS; b++) {
      for (int a = 0; a < b; a++) {
        pairs.add(new Pair(a, b));
      }
    }
    return pairs;
  }
}
