package io.gensweep.model.weights;

import java.nio.file.Path;

/** What shows the numbers of another tensor in another way. */
sealed interface View extends StoredTensor
    permits RowRange, RowOrder, RowVector, Transposed, TransposedMatrices {
  /** The other tensor. */
  StoredTensor tensor();

  @Override
  default String name() {
    return tensor().name();
  }

  @Override
  default Path file() {
    return tensor().file();
  }

  @Override
  default ElementType type() {
    return tensor().type();
  }
}
