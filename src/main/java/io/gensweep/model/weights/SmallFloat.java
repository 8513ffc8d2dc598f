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
    float decoded(int bits) {
      float sign = bits < 0x80 ? 1 : -1;
      int exponent = bits >> 3 & 15;
      int fraction = bits & 7;
      if (exponent == 15 && fraction == 7) {
        return Float.NaN;
      }
      return sign
          * (exponent == 0 ? Math.scalb(fraction, -9) : Math.scalb(8f + fraction, exponent - 10));
    }
  },
  /** A power of two with bias 127; NaN at all ones. */
  F8_E8M0 {
    @Override
    float decoded(int bits) {
      return bits == 255 ? Float.NaN : Math.scalb(1f, bits - 127);
    }
  };

  private final float[] values = new float[256];

  SmallFloat() {
    for (int bits = 0; bits < values.length; bits++) {
      values[bits] = decoded(bits);
    }
  }

  /** The value of bits, of which the lowest 8 count. */
  float value(int bits) {
    return values[bits & 255];
  }

  abstract float decoded(int bits);

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
}
