package io.gensweep.model.weights;

import java.util.List;
import java.util.Objects;

/** A matrix whose rows are the columns of another. */
record Transposed(StoredTensor tensor) implements View {
  /** Numbers along one side of a square that is transposed at once, to stay in the CPU's cache. */
  private static final int SQUARE = 32;

  @Override
  public List<Integer> shape() {
    return List.of(tensor.rowSize(), tensor.rowCount());
  }

  @Override
  public StoredTensor transposed() {
    return tensor;
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    for (int first = 0, end; first < tensor.rowCount(); first = end) {
      end = tensor.pieceEnd(first);
      try (Mapping piece = tensor.stored(first, end)) {
        for (int row = first; row < end; row += SQUARE) {
          for (int column = from; column < to; column += SQUARE) {
            int rows = Math.min(SQUARE, end - row);
            int columns = Math.min(SQUARE, to - column);
            for (int cell = 0; cell < rows * columns; cell++) {
              int down = cell % rows;
              int across = cell / rows;
              type()
                  .copy(
                      piece.bytes(),
                      (row - first + down) * tensor.rowSize() + column + across,
                      read.bytes(),
                      (column - from + across) * rowSize() + row + down);
            }
          }
        }
      }
    }
    return read;
  }
}
