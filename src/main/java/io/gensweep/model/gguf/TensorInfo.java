package io.gensweep.model.gguf;

import io.gensweep.job.JsonFile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What the header says of one tensor.
 *
 * @param shape the longest stride first, as everywhere but in the file
 * @param offset first byte, counted from where the tensors begin
 */
record TensorInfo(String name, TensorType type, List<Long> shape, long offset) {
  /** Of name, rank, type and offset. */
  static final int LEAST_BYTES = 24;

  private static final int MOST_DIMENSIONS = 4;
  private static final double MOST_ELEMENTS = 1L << 48;

  TensorInfo {
    shape = List.copyOf(shape);
  }

  static TensorInfo read(HeaderReader in) {
    String name = in.text();
    String at = "has a tensor " + JsonFile.shown(name) + " ";
    int rank = in.int32();
    if (rank < 0 || rank > MOST_DIMENSIONS) {
      throw in.wrong(at + "of rank " + Integer.toUnsignedString(rank) + "; at most 4");
    }
    long[] sizes = new long[rank];
    for (int i = rank - 1; i >= 0; i--) {
      sizes[i] = in.int64();
    }
    int number = in.int32();
    TensorType type =
        TensorType.of(number)
            .orElseThrow(
                () ->
                    in.wrong(
                        at
                            + "whose type has the number "
                            + Integer.toUnsignedString(number)
                            + ", which is none of ggml's known types; supported: "
                            + TensorType.readable()));
    // In floating point, which does not overflow.
    double elements = LongStream.of(sizes).asDoubleStream().reduce(1, (a, b) -> a * b);
    long row = rank == 0 ? 1 : sizes[rank - 1];
    if (Arrays.stream(sizes).anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)
        || elements > MOST_ELEMENTS
        || row % type.elements() != 0) {
      throw in.wrong(
          at
              + "of shape "
              + LongStream.of(sizes).mapToObj(Long::toUnsignedString).toList()
              + ", which cannot be for the type "
              + type);
    }
    return new TensorInfo(name, type, LongStream.of(sizes).boxed().toList(), in.int64());
  }

  /** Bytes in the file. */
  long bytes() {
    long elements = shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    return elements / type.elements() * type.bytes();
  }
}
