package io.gensweep.report.measure;

/** The pairs of points that a report compares: all of them, unless there are very many points. */
final class Pairs {
  /** Points, from the first, that are compared; 2,016 pairs. */
  static final int MOST_POINTS = 64;

  private Pairs() {}

  /** Two points, a before b. */
  record Pair(int a, int b) {}

  static int count(int points) {
    int compared = Math.min(points, MOST_POINTS);
    return compared * (compared - 1) / 2;
  }

  /** In the order (0, 1), (0, 2), (1, 2), (0, 3), ... */
  static Pair at(int pair) {
    int b = 1;
    int before = 0;
    while (before + b <= pair) {
      before += b;
      b++;
    }
    return new Pair(pair - before, b);
  }
}
