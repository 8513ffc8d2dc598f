package io.gensweep.model.gguf;

/**
 * Q6_K: 16 groups of 16 numbers. A block has 128 bytes with the low four bits of the numbers, 64
 * with the high two, 16 signed bytes with a scale for each group, and a float16 for all scales.
 * Either half of the block has 64 bytes of the first and 32 of the second kind: there byte i of 32
 * has bits of the numbers i, i + 32, i + 64 and i + 96.
 */
final class SixBitBlocks extends BlockEncoding {
  private static final int HALF = 128;
  private static final int QUARTER = 32;
  private static final int HIGH = HALF;
  private static final int SCALES = HIGH + 64;
  private static final int SCALE = SCALES + 16;

  SixBitBlocks() {
    super(2 * HALF, SCALE + 2);
  }

  @Override
  void decode(byte[] blocks, int from, float[] values, int to) {
    float all = half(blocks, from + SCALE);
    for (int half = 0; half < 2; half++) {
      int high = from + HIGH + half * QUARTER;
      for (int quarter = 0; quarter < 4; quarter++) {
        int low = from + half * 64 + quarter % 2 * QUARTER;
        int group = from + SCALES + half * 8 + quarter * 2;
        int target = to + half * HALF + quarter * QUARTER;
        for (int i = 0; i < QUARTER; i++) {
          int number =
              ((blocks[low + i] >> (quarter / 2 * 4)) & 0xf)
                  | (((blocks[high + i] >> (quarter * 2)) & 3) << 4);
          values[target + i] = all * blocks[group + i / 16] * (number - 32);
        }
      }
    }
  }
}
