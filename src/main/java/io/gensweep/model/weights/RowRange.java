package io.gensweep.model.weights;

import java.util.List;
import java.util.Objects;

/**
 * Rows of a tensor that follow each other, under a shape of their own with rows of that size.
 *
 * @param first the row of the tensor that is row 0 of this view
 */
record RowRange(StoredTensor tensor, int first, List<Integer> shape) implements View {
  RowRange {
    shape = List.copyOf(shape);
    Objects.checkFromIndexSize(first, shape.get(0), tensor.rowCount());
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    return tensor.stored(first + from, first + to);
  }
}
