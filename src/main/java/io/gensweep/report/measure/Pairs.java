package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.List;

/** The pairs of points that a report compares: all of them, unless there are very many points. */
final class Pairs {
  /** Points, from the first, that are compared; 2,016 pairs. */
  static final int MOST_POINTS = 64;

  private Pairs() {}

  /** Two points, a before b. */
  record Pair(int a, int b) {}

  /** In the order (0, 1), (0, 2), (1, 2), (0, 3), ... */
  static List<Pair> of(int points) {
    List<Pair> pairs = new ArrayList<>();
    for (int b = 1; b < Math.min(points, MOST_POINTS); b++) {
      for (int a = 0; a < b; a++) {
        pairs.add(new Pair(a, b));
      }
    }
    return pairs;
  }
}
