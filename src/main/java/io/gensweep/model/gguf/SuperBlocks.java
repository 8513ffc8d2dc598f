package io.gensweep.model.gguf;

/**
 * Q4_K and Q5_K: eight groups of 32 numbers. A block has a float16 for all scales, one for all
 * minima, 12 bytes with a scale and a minimum of 6 bits for each group, the fifth bits in Q5_K, and
 * 128 bytes with the low four bits: byte i of 32 has those of number i of two groups.
 */
final class SuperBlocks extends BlockEncoding {
  private static final int GROUP = 32;
  private static final int GROUPS = 8;
  private static final int SCALES = 4;
  private static final int AFTER_SCALES = SCALES + 12;

  private final boolean hasFifthBits;

  SuperBlocks(int bits) {
    super(GROUPS * GROUP, AFTER_SCALES + (bits == 5 ? GROUP : 0) + GROUPS * GROUP / 2);
    this.hasFifthBits = bits == 5;
  }

  @Override
  void decode(byte[] blocks, int from, float[] values, int to) {
    float scales = half(blocks, from);
    float minima = half(blocks, from + 2);
    int fifth = from + AFTER_SCALES;
    int nibbles = hasFifthBits ? fifth + GROUP : fifth;
    for (int group = 0; group < GROUPS; group++) {
      float scale = scales * scale(blocks, from + SCALES, group);
      float minimum = minima * minimum(blocks, from + SCALES, group);
      int low = nibbles + group / 2 * GROUP;
      int shift = group % 2 * 4;
      int target = to + group * GROUP;
      for (int i = 0; i < GROUP; i++) {
        int number = blocks[low + i] >> shift & 0xf;
        if (hasFifthBits) {
          number |= (blocks[fifth + i] >> group & 1) << 4;
        }
        values[target + i] = scale * number - minimum;
      }
    }
  }

  /** Of the first four groups it is 6 bits of a byte; of the others 4 and 2 bits of two bytes. */
  private static int scale(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + group] & 0x3f
        : (bytes[at + group + 4] & 0xf) | (((bytes[at + group - 4] >> 6) & 3) << 4);
  }

  private static int minimum(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + group + 4] & 0x3f
        : ((bytes[at + group + 4] >> 4) & 0xf) | (((bytes[at + group] >> 6) & 3) << 4);
  }
}
