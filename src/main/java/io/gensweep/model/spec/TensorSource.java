package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a checkpoint keeps a tensor: under a name of its own, or as part of a larger one.
 *
 * @param weight name of the tensor
 * @param bias name of the bias beside it
 * @param flat whether it is stored as [rows, 1, columns]
 * @param transposed whether the weight is stored as [inputs, outputs]
 * @param matrix which of the matrices of a three-dimensional tensor, before it is transposed
 * @param rows empty where all of its rows are meant
 * @param otherwise where it is looked for if there is no tensor of that name
 */
public record TensorSource(
    String weight,
    String bias,
    boolean flat,
    boolean transposed,
    Optional<MatrixNumber> matrix,
    Optional<RowPattern> rows,
    Optional<TensorSource> otherwise) {

  /** One of so many matrices. */
  public record MatrixNumber(int number, int count) {}

  /**
   * Rows {@code first + i * step + j} of what is stored, in the order of i in [0, count) and j in
   * [0, chunk).
   *
   * @param total rows that are stored
   */
  public record RowPattern(int total, int first, int chunk, int step, int count) {
    public RowPattern {
      if (first < 0 || chunk < 1 || count < 1 || first + (count - 1) * step + chunk > total) {
        throw new IllegalArgumentException(
            "rows of %d expected, were %d + %d * %d, %d each"
                .formatted(total, first, count, step, chunk));
      }
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
    return new TensorSource(
        weight, bias, false, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Rows of a tensor that has {@code total}. */
  TensorSource withRows(int total, int first, int count) {
    return withRows(new RowPattern(total, first, count, 0, 1));
  }

  TensorSource withRows(RowPattern pattern) {
    return new TensorSource(
        weight, bias, flat, transposed, matrix, Optional.of(pattern), otherwise);
  }

  /** A weight whose rows are matrices of one row, as those of convolutions are. */
  TensorSource withFlatRows() {
    return new TensorSource(weight, bias, true, transposed, matrix, rows, otherwise);
  }

  TensorSource withTranspose() {
    return new TensorSource(weight, bias, flat, true, matrix, rows, otherwise);
  }

  /** One of the experts of a tensor that has {@code count}. */
  TensorSource withMatrix(int number, int count) {
    return new TensorSource(
        weight,
        bias,
        flat,
        transposed,
        Optional.of(new MatrixNumber(number, count)),
        rows,
        otherwise);
  }

  TensorSource or(TensorSource other) {
    return new TensorSource(weight, bias, flat, transposed, matrix, rows, Optional.of(other));
  }
}
