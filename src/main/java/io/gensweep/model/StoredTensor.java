package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Executor. One tensor where it lies in a checkpoint file; nothing is read until {@link #stored}.
 *
 * @param offset first byte in the file
 * @param shape [rows] or [rows, columns]
 */
public record StoredTensor(String name, Path file, Type type, List<Integer> shape, long offset) {
  /** Most bytes looked at in one piece. */
  private static final int PIECE_BYTES = 1 << 24;

  /** Element types that a weight may have. */
  public enum Type {
    F32(4) {
      @Override
      boolean isFinite(ByteBuffer bytes, int at) {
        return Float.isFinite(bytes.getFloat(at));
      }
    },
    BF16(2) {
      @Override
      boolean isFinite(ByteBuffer bytes, int at) {
        return (bytes.getShort(at) & 0x7f80) != 0x7f80;
      }
    },
    F16(2) {
      @Override
      boolean isFinite(ByteBuffer bytes, int at) {
        return (bytes.getShort(at) & 0x7c00) != 0x7c00;
      }
    },
    F64(8) {
      @Override
      boolean isFinite(ByteBuffer bytes, int at) {
        return Float.isFinite((float) bytes.getDouble(at));
      }
    };

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }

    /** Whether the element at a byte is finite as a float32. */
    abstract boolean isFinite(ByteBuffer bytes, int at);
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

  /** Rows {@code [from, to)} as they are stored, little endian. */
  Mapping stored(int from, int to) {
    long rowBytes = (long) rowSize() * type.bytes();
    return map(from * rowBytes, (to - from) * rowBytes);
  }

  /** Whether two tensors of one type and shape hold the same bytes. */
  boolean sameBytes(StoredTensor other) {
    if (type != other.type || !shape.equals(other.shape)) {
      return false;
    }
    for (long from = 0; from < byteSize(); from += PIECE_BYTES) {
      long length = Math.min(PIECE_BYTES, byteSize() - from);
      try (Mapping own = map(from, length);
          Mapping others = other.map(from, length)) {
        if (!own.bytes().equals(others.bytes())) {
          return false;
        }
      }
    }
    return true;
  }

  /** The first row that has an infinity or NaN. */
  OptionalInt firstRowNotFinite() {
    for (long from = 0; from < byteSize(); from += PIECE_BYTES) {
      try (Mapping piece = map(from, Math.min(PIECE_BYTES, byteSize() - from))) {
        for (int at = 0; at < piece.bytes().limit(); at += type.bytes()) {
          if (!type.isFinite(piece.bytes(), at)) {
            return OptionalInt.of((int) ((from + at) / type.bytes() / rowSize()));
          }
        }
      }
    }
    return OptionalInt.empty();
  }

  private Mapping map(long from, long length) {
    try (FileChannel channel = FileChannel.open(file)) {
      return new Mapping(
          channel
              .map(FileChannel.MapMode.READ_ONLY, offset + from, length)
              .order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new JobError(
          "model.path: cannot read tensor " + name + " from " + file + ": " + e.getMessage(), e);
    }
  }
}
