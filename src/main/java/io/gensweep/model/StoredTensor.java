package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Executor. One tensor where it lies in a checkpoint file; nothing is read until {@link #rows}.
 *
 * @param offset first byte in the file
 * @param shape [rows] or [rows, columns]
 */
public record StoredTensor(String name, Path file, Type type, List<Integer> shape, long offset) {
  /** Most bytes looked at in one piece. */
  private static final int PIECE_BYTES = 1 << 24;

  /** Element types that a weight may have. */
  public enum Type {
    F32(4),
    BF16(2),
    F16(2),
    F64(8);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }
  }

  public StoredTensor {
    shape = List.copyOf(shape);
  }

  /**
   * A tensor as a weight of this shape, one or two sizes of at least 1.
   *
   * @throws JobError if it has another shape, or is of a type that no weight has
   */
  static StoredTensor of(TensorEntry entry, long... shape) {
    String at = "model.path: " + entry.file() + ": tensor " + entry.name();
    List<Long> asked = Arrays.stream(shape).boxed().toList();
    if (!entry.shape().equals(asked)) {
      throw new JobError(at + " has shape " + entry.shape() + ", config.json asks for " + asked);
    }
    Type type =
        Arrays.stream(Type.values())
            .filter(known -> known.name().equals(entry.type()))
            .findFirst()
            .orElseThrow(
                () ->
                    new JobError(
                        at
                            + " has dtype "
                            + JsonFile.shown(entry.type())
                            + "; supported for weights: F32, BF16, F16, F64"));
    return new StoredTensor(
        entry.name(),
        entry.file(),
        type,
        asked.stream().map(Math::toIntExact).toList(),
        entry.offset());
  }

  public int rowCount() {
    return shape.get(0);
  }

  /** Elements of one row. */
  public int rowSize() {
    return shape.size() == 1 ? 1 : shape.get(1);
  }

  public long byteSize() {
    return (long) rowCount() * rowSize() * type.bytes();
  }

  /**
   * Rows {@code [from, to)} as float32, little endian. Float32 is mapped from the file and not
   * copied; the 16-bit types are widened, which is exact, and float64 is rounded to the nearest.
   */
  public ByteBuffer rows(int from, int to) {
    long rowBytes = (long) rowSize() * type.bytes();
    ByteBuffer stored = map(from * rowBytes, (to - from) * rowBytes);
    return switch (type) {
      case F32 -> stored;
      case BF16 -> widen(stored, StoredTensor::bfloat16);
      case F16 -> widen(stored, StoredTensor::float16);
      case F64 -> narrow(stored);
    };
  }

  /** Whether two tensors of one type and shape hold the same bytes. */
  boolean sameBytes(StoredTensor other) {
    if (type != other.type || !shape.equals(other.shape)) {
      return false;
    }
    for (long from = 0; from < byteSize(); from += PIECE_BYTES) {
      long length = Math.min(PIECE_BYTES, byteSize() - from);
      if (!map(from, length).equals(other.map(from, length))) {
        return false;
      }
    }
    return true;
  }

  /** The first row that has an infinity or NaN. */
  OptionalInt firstRowNotFinite() {
    int rows = Math.max(1, PIECE_BYTES / (4 * rowSize()));
    for (int from = 0; from < rowCount(); from += rows) {
      FloatBuffer values = rows(from, Math.min(rowCount(), from + rows)).asFloatBuffer();
      for (int i = 0; i < values.limit(); i++) {
        if (!Float.isFinite(values.get(i))) {
          return OptionalInt.of(from + i / rowSize());
        }
      }
    }
    return OptionalInt.empty();
  }

  private ByteBuffer map(long from, long length) {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, offset + from, length)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new JobError(
          "model.path: cannot read tensor " + name + " from " + file + ": " + e.getMessage(), e);
    }
  }

  private static ByteBuffer narrow(ByteBuffer wide) {
    ByteBuffer narrow =
        ByteBuffer.allocateDirect(wide.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
    var from = wide.asDoubleBuffer();
    var to = narrow.asFloatBuffer();
    while (from.hasRemaining()) {
      to.put((float) from.get());
    }
    return narrow;
  }

  private interface Widening {
    int bits(short value);
  }

  private static ByteBuffer widen(ByteBuffer narrow, Widening widening) {
    ByteBuffer wide =
        ByteBuffer.allocateDirect(narrow.remaining() * 2).order(ByteOrder.LITTLE_ENDIAN);
    var from = narrow.asShortBuffer();
    var to = wide.asIntBuffer();
    while (from.hasRemaining()) {
      to.put(widening.bits(from.get()));
    }
    return wide;
  }

  private static int bfloat16(short value) {
    return value << 16;
  }

  /** IEEE 754 binary16 to the bits of binary32. */
  private static int float16(short value) {
    int sign = (value & 0x8000) << 16;
    int exponent = (value >> 10) & 0x1f;
    int fraction = value & 0x3ff;
    if (exponent == 0x1f) {
      return sign | 0x7f80_0000 | (fraction << 13);
    }
    if (exponent != 0) {
      return sign | ((exponent + 112) << 23) | (fraction << 13);
    }
    return sign | Float.floatToRawIntBits(fraction * 0x1p-24f);
  }
}
