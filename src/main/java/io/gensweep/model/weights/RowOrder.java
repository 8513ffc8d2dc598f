package io.gensweep.model.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Rows of a matrix or vector in another order. */
final class RowOrder implements View {
  /** Most bytes of the tensor that are read at once, where rows of the view lie that near. */
  private static final long WINDOW_BYTES = 1 << 26;

  private final StoredTensor tensor;
  private final int[] rows;

  RowOrder(StoredTensor tensor, int... rows) {
    for (int row : rows) {
      Objects.checkIndex(row, tensor.rowCount());
    }
    this.tensor = tensor;
    this.rows = rows.clone();
  }

  @Override
  public StoredTensor tensor() {
    return tensor;
  }

  @Override
  public List<Integer> shape() {
    List<Integer> shape = new ArrayList<>(tensor.shape());
    shape.set(0, rows.length);
    return List.copyOf(shape);
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rows.length);
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    int at = from;
    while (at < to) {
      int first = rows[at];
      int last = first;
      int end = at;
      while (end < to && spans(Math.min(first, rows[end]), Math.max(last, rows[end]))) {
        first = Math.min(first, rows[end]);
        last = Math.max(last, rows[end]);
        end++;
      }
      try (Mapping window = tensor.stored(first, last + 1)) {
        for (; at < end; at++) {
          int source = (int) ((rows[at] - first) * rowBytes());
          int target = (int) ((at - from) * rowBytes());
          read.bytes().put(target, window.bytes(), source, (int) rowBytes());
        }
      }
    }
    return read;
  }

  /** Whether one reading may span two rows; it always may span one. */
  private boolean spans(int first, int last) {
    return first == last || (last + 1L - first) * rowBytes() <= WINDOW_BYTES;
  }
}
