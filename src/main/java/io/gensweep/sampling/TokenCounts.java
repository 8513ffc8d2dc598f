package io.gensweep.sampling;

import java.util.Arrays;

/** Counts tokens. An open-addressing hash table, so that nothing is boxed. */
final class TokenCounts {
  static final int ABSENT = -1;

  /** Token ids, ABSENT in free places; the length is a power of two, at most half of it in use. */
  private int[] ids = new int[16];

  private int[] counts = new int[16];
  private int size;

  TokenCounts() {
    Arrays.fill(ids, ABSENT);
  }

  /** Adds to the count of a token; a token that was absent is present from then on. */
  void add(int id, int times) {
    int at = place(id);
    if (ids[at] == ABSENT) {
      ids[at] = id;
      size++;
    }
    counts[at] += times;
    if (2 * size > ids.length) {
      grow();
    }
  }

  /** The count of a token; ABSENT if it was never added. */
  int of(int id) {
    int at = place(id);
    return ids[at] == ABSENT ? ABSENT : counts[at];
  }

  boolean isEmpty() {
    return size == 0;
  }

  private int place(int id) {
    int at = (id * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(ids.length - 1);
    while (ids[at] != ABSENT && ids[at] != id) {
      at = (at + 1) & (ids.length - 1);
    }
    return at;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldCounts = counts;
    ids = new int[2 * oldIds.length];
    counts = new int[ids.length];
    Arrays.fill(ids, ABSENT);
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != ABSENT) {
        int at = place(oldIds[i]);
        ids[at] = oldIds[i];
        counts[at] = oldCounts[i];
      }
    }
  }
}
