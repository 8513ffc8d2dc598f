package io.gensweep.model.spec;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Where a checkpoint keeps a tensor: under a name of its own, or as rows of a larger one.
 *
 * @param weight name of the tensor
 * @param bias name of the bias beside it
 * @param transposed whether the weight is stored as [inputs, outputs]
 * @param matrix which of the matrices of a three-dimensional tensor
 * @param rows empty where all of its rows are meant
 */
public record TensorSource(
    String weight, String bias, boolean transposed, OptionalInt matrix, Optional<RowPattern> rows) {

  /**
   * Rows {@code first + i * step + j} of what is stored, in the order of i in [0, count) and j in
   * [0, chunk).
   */
  public record RowPattern(int first, int chunk, int step, int count) {
    public RowPattern {
      if (first < 0 || chunk < 1 || count < 1 || (count > 1 && step < 1)) {
        throw new IllegalArgumentException("no rows: " + first + ", " + chunk + ", " + count);
      }
    }

    /** The rows from {@code first} on. */
    static RowPattern range(int first, int count) {
      return new RowPattern(first, count, 0, 1);
    }

    /** Their numbers. */
    public int[] numbers() {
      return IntStream.range(0, count)
          .flatMap(i -> IntStream.range(first + i * step, first + i * step + chunk))
          .toArray();
    }
  }

  /** The tensors {@code NAME.weight} and {@code NAME.bias}. */
  static TensorSource named(String name) {
    return of(name + ".weight", name + ".bias");
  }

  /** Tensors by their whole names. */
  static TensorSource of(String weight, String bias) {
    return new TensorSource(weight, bias, false, OptionalInt.empty(), Optional.empty());
  }

  TensorSource withRows(RowPattern pattern) {
    return new TensorSource(weight, bias, transposed, matrix, Optional.of(pattern));
  }

  TensorSource withRows(int first, int count) {
    return withRows(RowPattern.range(first, count));
  }

  TensorSource withTranspose() {
    return new TensorSource(weight, bias, true, matrix, rows);
  }

  /** The expert of that number. */
  TensorSource withMatrix(int number) {
    return new TensorSource(weight, bias, transposed, OptionalInt.of(number), rows);
  }
}
