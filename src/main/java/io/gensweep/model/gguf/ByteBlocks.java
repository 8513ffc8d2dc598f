package io.gensweep.model.gguf;

/** Q8_0: a float16 scale and 32 signed bytes. */
final class ByteBlocks extends BlockEncoding {
  private static final int ELEMENTS = 32;

  ByteBlocks() {
    super(ELEMENTS, 2 + ELEMENTS);
  }

  @Override
  void decode(byte[] blocks, int from, float[] values, int to) {
    float scale = half(blocks, from);
    for (int i = 0; i < ELEMENTS; i++) {
      values[to + i] = blocks[from + 2 + i] * scale;
    }
  }
}
