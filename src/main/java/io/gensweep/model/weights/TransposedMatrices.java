package io.gensweep.model.weights;

import java.util.List;
import java.util.Objects;

/** A tensor [n, columns, rows] of another [n, rows, columns]. */
record TransposedMatrices(StoredTensor tensor) implements View {
  @Override
  public List<Integer> shape() {
    List<Integer> shape = tensor.shape();
    return List.of(shape.get(0), shape.get(2), shape.get(1));
  }

  @Override
  public StoredTensor matrix(int index) {
    return tensor.matrix(index).transposed();
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    int rows = shape().get(1);
    for (int at = from, end; at < to; at = end) {
      int matrix = at / rows;
      end = Math.min(to, (matrix + 1) * rows);
      try (Mapping piece = matrix(matrix).stored(at - matrix * rows, end - matrix * rows)) {
        int target = (int) ((at - from) * rowBytes());
        read.bytes().put(target, piece.bytes(), 0, piece.bytes().limit());
      }
    }
    return read;
  }
}
