package io.gensweep.sampling;

import java.util.Arrays;

/** Partially sorts distinct longs (quickselect). */
final class Selection {
  private Selection() {}

  /** Reorders keys[from, to) so that the smallest ones, in any order, are keys[from, middle). */
  static void smallestFirst(long[] keys, int from, int to, int middle) {
    int low = from;
    int high = to;
    // Twice the depth of even halving; an input that is worse than that is sorted instead.
    int rounds = 2 * (Integer.SIZE - Integer.numberOfLeadingZeros(to - from));
    while (low < middle && middle < high) {
      if (rounds-- == 0) {
        Arrays.sort(keys, low, high);
        return;
      }
      int split = partition(keys, low, high);
      if (split < middle) {
        low = split + 1;
      } else {
        high = split;
      }
    }
  }

  /** Moves the pivot to its final place, smaller keys before it, and returns that place. */
  private static int partition(long[] keys, int low, int high) {
    int last = high - 1;
    swap(keys, medianPlace(keys, low, low + (last - low) / 2, last), last);
    long pivot = keys[last];
    int place = low;
    for (int i = low; i < last; i++) {
      if (keys[i] < pivot) {
        swap(keys, i, place++);
      }
    }
    swap(keys, place, last);
    return place;
  }

  private static int medianPlace(long[] keys, int a, int b, int c) {
    boolean ab = keys[a] < keys[b];
    boolean bc = keys[b] < keys[c];
    boolean ac = keys[a] < keys[c];
    if (ab == bc) {
      return b;
    }
    return ab == ac ? c : a;
  }

  private static void swap(long[] keys, int i, int j) {
    long key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
  }
}
