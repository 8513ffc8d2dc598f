package io.gensweep.model.gguf;

/** Numbers of 16 bits by IEEE 754: a sign, 5 bits of exponent and 10 of fraction. */
final class HalfFloat {
  /** What a fraction counts where the exponent is 0: 2^-24. */
  private static final float SMALLEST = 0x1p-24f;

  private HalfFloat() {}

  /** The value of such a number as a float32, exactly. */
  static float value(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * SMALLEST));
    }
    int widened = exponent == 0x1f ? 0xff : exponent + 127 - 15;
    return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
  }
}
