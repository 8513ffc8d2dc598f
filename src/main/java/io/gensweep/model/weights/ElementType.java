package io.gensweep.model.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a weight's numbers are once they are read. Numbers that are stored so are read as they lie.
 */
public enum ElementType implements Encoding {
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

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  static Optional<ElementType> of(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  @Override
  public ElementType readAs() {
    return this;
  }

  @Override
  public long storedBytes(long elements) {
    return elements * bytes;
  }

  @Override
  public void decode(ByteBuffer stored, ByteBuffer read) {
    read.put(stored);
  }

  /** Copies number {@code index} of one buffer to number {@code target} of another. */
  void copy(ByteBuffer from, int index, ByteBuffer to, int target) {
    switch (bytes) {
      case 2 -> to.putShort(2 * target, from.getShort(2 * index));
      case 4 -> to.putInt(4 * target, from.getInt(4 * index));
      default -> to.putLong(8 * target, from.getLong(8 * index));
    }
  }

  /** Whether the number at a byte is finite as a float32. */
  abstract boolean isFinite(ByteBuffer bytes, int at);
}
