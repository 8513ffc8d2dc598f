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
    float get(ByteBuffer bytes, int index) {
      return bytes.getFloat(4 * index);
    }

    @Override
    void put(ByteBuffer bytes, int index, float value) {
      bytes.putFloat(4 * index, value);
    }

    @Override
    boolean isFinite(ByteBuffer bytes, int at) {
      return Float.isFinite(bytes.getFloat(at));
    }
  },
  BF16(2) {
    @Override
    float get(ByteBuffer bytes, int index) {
      return Float.intBitsToFloat(bytes.getShort(2 * index) << 16);
    }

    @Override
    void put(ByteBuffer bytes, int index, float value) {
      int bits = Float.floatToIntBits(value);
      // A NaN has bits below those that are kept, and stays one: floatToIntBits gives 7fc00000.
      bytes.putShort(2 * index, (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16));
    }

    @Override
    boolean isFinite(ByteBuffer bytes, int at) {
      return (bytes.getShort(at) & 0x7f80) != 0x7f80;
    }
  },
  F16(2) {
    @Override
    float get(ByteBuffer bytes, int index) {
      int bits = bytes.getShort(2 * index);
      int exponent = (bits >> 10) & 31;
      int fraction = bits & 1023;
      float size =
          exponent == 0
              ? Math.scalb((float) fraction, -24)
              : Math.scalb(1024f + fraction, exponent - 25);
      if (exponent == 31) {
        size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
      }
      return bits < 0 ? -size : size;
    }

    @Override
    void put(ByteBuffer bytes, int index, float value) {
      bytes.putShort(2 * index, (short) halfBits(value));
    }

    @Override
    boolean isFinite(ByteBuffer bytes, int at) {
      return (bytes.getShort(at) & 0x7c00) != 0x7c00;
    }
  },
  F64(8) {
    @Override
    float get(ByteBuffer bytes, int index) {
      return (float) bytes.getDouble(8 * index);
    }

    @Override
    void put(ByteBuffer bytes, int index, float value) {
      bytes.putDouble(8 * index, value);
    }

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

  /** Number {@code index} of a buffer. */
  abstract float get(ByteBuffer bytes, int index);

  /** Puts a value as number {@code index}, rounded to the nearest, ties to even. */
  abstract void put(ByteBuffer bytes, int index, float value);

  /** The bits of a float16 (IEEE 754 binary16) that is nearest to a value, ties to even. */
  private static int halfBits(float value) {
    int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
    float size = Math.abs(value);
    if (Float.isNaN(value)) {
      return 0x7e00;
    }
    if (size >= 65520) { // nearer to 2^16 than to the largest, 65504
      return sign | 0x7c00;
    }
    // What is below the smallest normal number, 2^-14, has steps of 2^-24 as it has.
    int exponent = Math.max(-14, Math.getExponent(size));
    int steps = (int) Math.rint(Math.scalb((double) size, 10 - exponent));
    return sign | (((exponent + 14) << 10) + steps);
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
