package io.gensweep.model;

import java.util.Arrays;

/**
 * Numbers of 32 bits for a GPU, in sections that begin at multiples of 16 bytes: kernels take that
 * of their pointers.
 */
final class CudaNumbers {
  private static final int ALIGNED = 4;

  private int[] values = new int[1024];
  private int size;

  int size() {
    return size;
  }

  int get(int i) {
    return values[i];
  }

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  /** Adds others as a section; tells at which byte it begins. */
  int append(CudaNumbers others) {
    return append(others.values, 0, others.size);
  }

  /** Adds some of others as a section; tells at which byte it begins. */
  int append(int[] others, int from, int count) {
    int start = aligned(size);
    if (start + count > values.length) {
      values = Arrays.copyOf(values, Math.max(2 * values.length, start + count));
    }
    System.arraycopy(others, from, values, start, count);
    size = start + count;
    return start * Integer.BYTES;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  /** So many numbers and what fills up their section. */
  static int aligned(int count) {
    return (count + ALIGNED - 1) / ALIGNED * ALIGNED;
  }
}
