package io.gensweep.model;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Executor. One tensor where it lies in a checkpoint file; nothing is read until {@link #rows}.
 *
 * @param offset first byte in the file
 * @param shape [rows] or [rows, columns]
 */
public record StoredTensor(String name, Path file, Type type, List<Integer> shape, long offset) {

  /** Element types that a checkpoint may hold. */
  public enum Type {
    F32(4),
    BF16(2),
    F16(2);

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
    if (shape.isEmpty() || shape.size() > 2 || shape.stream().anyMatch(d -> d < 1)) {
      throw new JobError(
          file
              + ": tensor "
              + name
              + " has shape "
              + shape
              + "; one or two dimensions are expected");
    }
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
   * copied; the 16-bit types are widened, which is exact.
   */
  public ByteBuffer rows(int from, int to) {
    long rowBytes = (long) rowSize() * type.bytes();
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer mapped =
          channel
              .map(FileChannel.MapMode.READ_ONLY, offset + from * rowBytes, (to - from) * rowBytes)
              .order(ByteOrder.LITTLE_ENDIAN);
      return switch (type) {
        case F32 -> mapped;
        case BF16 -> widen(mapped, StoredTensor::bfloat16);
        case F16 -> widen(mapped, StoredTensor::float16);
      };
    } catch (IOException e) {
      throw new JobError(
          "model.path: cannot read tensor " + name + " from " + file + ": " + e.getMessage(), e);
    }
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
