package io.gensweep.model.weights;

import java.nio.file.Path;
import java.util.List;

/** One row of a matrix as a vector. */
record RowVector(StoredTensor matrix, int row) implements StoredTensor {
  @Override
  public String name() {
    return matrix.name();
  }

  @Override
  public Path file() {
    return matrix.file();
  }

  @Override
  public ElementType type() {
    return matrix.type();
  }

  @Override
  public List<Integer> shape() {
    return List.of(matrix.rowSize());
  }

  @Override
  public Mapping stored(int from, int to) {
    int bytes = (int) ((to - from) * rowBytes());
    Mapping read = Mapping.ofMemory(bytes);
    try (Mapping whole = matrix.stored(row, row + 1)) {
      read.bytes().put(0, whole.bytes(), (int) (from * rowBytes()), bytes);
    }
    return read;
  }
}
