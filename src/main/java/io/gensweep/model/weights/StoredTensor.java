package io.gensweep.model.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * One weight of a checkpoint, or a view of one; nothing is read until {@link #stored}. Its numbers
 * are rows: a vector [n] has n rows of one number, and a tensor [n, rows, columns] has n · rows.
 *
 * <p>Views change what is read and not what is stored, and cost nothing before. One of rows that
 * follow each other is as cheap to read as the tensor; the others are put together in memory, so
 * whoever reads a large one asks for it in pieces.
 */
public sealed interface StoredTensor permits FileTensor, View, ScaledTensor, Mxfp4Tensor {
  /** Most bytes looked at in one piece. */
  int PIECE_BYTES = 1 << 24;

  /** As the checkpoint names it, for messages; a view has the name of what it shows. */
  String name();

  Path file();

  /** What its numbers are when read, whatever the file holds. */
  ElementType type();

  List<Integer> shape();

  /** Rows {@code [from, to)} as numbers of {@link #type}, little endian, one row after another. */
  Mapping stored(int from, int to);

  default int rowCount() {
    if (shape().size() == 1) {
      return shape().get(0);
    }
    int rows = 1;
    for (int size : shape().subList(0, Math.max(0, shape().size() - 1))) {
      rows = Math.multiplyExact(rows, size);
    }
    return rows;
  }

  /** Numbers in one row. */
  default int rowSize() {
    return shape().size() <= 1 ? 1 : shape().get(shape().size() - 1);
  }

  /** Bytes when read. */
  default long byteSize() {
    return rowCount() * rowBytes();
  }

  /** Bytes of one row when read. */
  default long rowBytes() {
    return (long) rowSize() * type().bytes();
  }

  /** Rows {@code [from, to)} of a matrix or vector. */
  default StoredTensor rows(int from, int to) {
    requireRank(1, 2);
    List<Integer> size = List.of(to - from);
    return from == 0 && to == rowCount()
        ? this
        : new RowRange(this, from, shape().size() == 1 ? size : List.of(to - from, rowSize()));
  }

  /** Row i of the view is row {@code rows[i]} of this matrix or vector, which may lack some. */
  default StoredTensor ordered(int... rows) {
    requireRank(1, 2);
    return new RowOrder(this, rows);
  }

  /** A matrix [columns, rows] of this matrix [rows, columns]. */
  default StoredTensor transposed() {
    requireRank(2, 2);
    return new Transposed(this);
  }

  /** Matrix {@code index} of a tensor [n, rows, columns], as experts are stored. */
  default StoredTensor matrix(int index) {
    requireRank(3, 3);
    Objects.checkIndex(index, shape().get(0));
    List<Integer> shape = shape().subList(1, 3);
    return new RowRange(this, index * shape.get(0), shape);
  }

  /** Row {@code index} of a matrix as a vector, as the biases of experts are stored. */
  default StoredTensor vector(int index) {
    requireRank(2, 2);
    return new RowVector(this, Objects.checkIndex(index, rowCount()));
  }

  /** All rows of a tensor of any rank from 2 as one matrix. */
  default StoredTensor flattened() {
    requireRank(2, Integer.MAX_VALUE);
    return new RowRange(this, 0, List.of(rowCount(), rowSize()));
  }

  private void requireRank(int least, int most) {
    if (shape().size() < least || shape().size() > most) {
      throw new IllegalArgumentException("no such view of " + name() + " " + shape());
    }
  }

  /** Whether two tensors of one type and shape hold the same bytes when read. */
  default boolean sameBytes(StoredTensor other) {
    if (type() != other.type() || !shape().equals(other.shape())) {
      return false;
    }
    for (int from = 0, to; from < rowCount(); from = to) {
      to = pieceEnd(from);
      try (Mapping own = stored(from, to);
          Mapping others = other.stored(from, to)) {
        if (!own.bytes().equals(others.bytes())) {
          return false;
        }
      }
    }
    return true;
  }

  /** The first row that has an infinity or NaN. */
  default OptionalInt firstRowNotFinite() {
    for (int from = 0, to; from < rowCount(); from = to) {
      to = pieceEnd(from);
      try (Mapping piece = stored(from, to)) {
        for (int at = 0; at < piece.bytes().limit(); at += type().bytes()) {
          if (!type().isFinite(piece.bytes(), at)) {
            return OptionalInt.of(from + at / type().bytes() / rowSize());
          }
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Where a piece of rows ends that begins at a row and is looked at in one. */
  default int pieceEnd(int from) {
    return (int) Math.min(rowCount(), from + Math.max(1, PIECE_BYTES / rowBytes()));
  }
}
