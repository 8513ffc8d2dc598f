package io.gensweep.report.measure;

import java.util.Arrays;

/** Sums by index that grow as they need to. */
final class Sums {
  private Sums() {}

  /** The sums with room for an index. */
  static long[] reaching(long[] sums, int index) {
    return index < sums.length ? sums : Arrays.copyOf(sums, index + 1);
  }

  static long[] plus(long[] a, long[] b) {
    long[] sum = Arrays.copyOf(a, Math.max(a.length, b.length));
    for (int i = 0; i < b.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }
}
