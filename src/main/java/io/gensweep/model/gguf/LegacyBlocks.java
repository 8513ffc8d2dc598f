package io.gensweep.model.gguf;

/**
 * Q4_0, Q4_1, Q5_0 and Q5_1: a float16 scale, a float16 minimum in types _1, the fifth bits of the
 * numbers in types Q5, and 16 bytes with the low four bits. The low half of byte i is of number i,
 * the high half of number i + 16. Types _0 have no minimum, and their numbers are around 0.
 */
final class LegacyBlocks extends BlockEncoding {
  private static final int HALF = 16;

  private final boolean hasMinimum;
  private final boolean hasFifthBits;

  LegacyBlocks(int bits, boolean hasMinimum) {
    super(2 * HALF, 2 + (hasMinimum ? 2 : 0) + (bits == 5 ? 4 : 0) + HALF);
    this.hasMinimum = hasMinimum;
    this.hasFifthBits = bits == 5;
  }

  @Override
  void decode(byte[] blocks, int from, float[] values, int to) {
    int at = from + (hasMinimum ? 4 : 2);
    int fifth = 0;
    if (hasFifthBits) {
      fifth = int32(blocks, at);
      at += 4;
    }
    for (int i = 0; i < HALF; i++) {
      values[to + i] = (blocks[at + i] & 0xf) | (((fifth >> i) & 1) << 4);
      values[to + i + HALF] = ((blocks[at + i] >> 4) & 0xf) | (((fifth >> (i + HALF)) & 1) << 4);
    }
    float scale = half(blocks, from);
    if (hasMinimum) {
      float minimum = half(blocks, from + 2);
      for (int i = to; i < to + 2 * HALF; i++) {
        values[i] = scale * values[i] + minimum;
      }
    } else {
      float zero = hasFifthBits ? 16 : 8;
      for (int i = to; i < to + 2 * HALF; i++) {
        values[i] = scale * (values[i] - zero);
      }
    }
  }

  private static int int32(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | ((bytes[at + 1] & 0xff) << 8)
        | ((bytes[at + 2] & 0xff) << 16)
        | ((bytes[at + 3] & 0xff) << 24);
  }
}
