package io.gensweep.model.weights;

import java.nio.ByteBuffer;

/**
 * Floats of 8 bits as the Open Compute Project defines them; read as float32, which has each of
 * their values.
 */
enum SmallFloat implements Encoding {
  /** Sign, 4 bits of exponent with bias 7, 3 of fraction; no infinity, and NaN at all ones. */
  F8_E4M3 {
    @Override
    float value(int bits) {
      return E4M3.VALUES[bits & 255];
    }
  },
  /** A power of two with bias 127; NaN at all ones. */
  F8_E8M0 {
    @Override
    float value(int bits) {
      int exponent = bits & 255;
      return exponent == 255 ? Float.NaN : Math.scalb(1f, exponent - 127);
    }
  };

  /** The value of bits, of which the lowest 8 count. */
  abstract float value(int bits);

  @Override
  public ElementType readAs() {
    return ElementType.F32;
  }

  @Override
  public long storedBytes(long elements) {
    return elements;
  }

  @Override
  public void decode(ByteBuffer stored, ByteBuffer read) {
    while (stored.hasRemaining()) {
      read.putFloat(value(stored.get()));
    }
  }

  /** The values of {@link #F8_E4M3} by their bits. */
  private static final class E4M3 {
    static final float[] VALUES = new float[256];

    static {
      for (int bits = 0; bits < VALUES.length; bits++) {
        float sign = bits < 0x80 ? 1 : -1;
        VALUES[bits] = sign * size((bits >> 3) & 15, bits & 7);
      }
    }

    private static float size(int exponent, int fraction) {
      if (exponent == 15 && fraction == 7) {
        return Float.NaN;
      }
      return exponent == 0
          ? Math.scalb((float) fraction, -9)
          : Math.scalb(8f + fraction, exponent - 10);
    }
  }
}
