package io.gensweep.model.weights;

import java.util.List;

/** One row of a matrix as a vector. */
record RowVector(StoredTensor tensor, int row) implements View {
  @Override
  public List<Integer> shape() {
    return List.of(tensor.rowSize());
  }

  @Override
  public Mapping stored(int from, int to) {
    int bytes = (int) ((to - from) * rowBytes());
    Mapping read = Mapping.ofMemory(bytes);
    try (Mapping whole = tensor.stored(row, row + 1)) {
      read.bytes().put(0, whole.bytes(), (int) (from * rowBytes()), bytes);
    }
    return read;
  }
}
