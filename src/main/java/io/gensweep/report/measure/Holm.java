package io.gensweep.report.measure;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Holm's correction for many tests: p-values that hold for all of them together. */
final class Holm {
  private Holm() {}

  static double[] adjusted(double[] values) {
    int m = values.length;
    List<Integer> order =
        IntStream.range(0, m).boxed().sorted(Comparator.comparingDouble(i -> values[i])).toList();
    double[] adjusted = new double[m];
    double largest = 0;
    for (int rank = 0; rank < m; rank++) {
      int test = order.get(rank);
      largest = Math.max(largest, Math.min(1, (m - rank) * values[test]));
      adjusted[test] = largest;
    }
    return adjusted;
  }
}
