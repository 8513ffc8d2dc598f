package io.gensweep.model.gguf;

import io.gensweep.model.weights.ElementType;
import io.gensweep.model.weights.Encoding;
import java.nio.ByteBuffer;

/**
 * Blocks of numbers that share their scales, read as float32. Each product and sum is rounded to
 * float32, in the order of ggml's dequantize_row functions.
 */
abstract class BlockEncoding implements Encoding {
  /** Blocks decoded between two copies: as many as stay in the first-level cache. */
  private static final int BLOCKS = 32;

  private final int elements;
  private final int bytes;

  /**
   * Sizes of a block.
   *
   * @param elements numbers in it
   * @param bytes that it takes in the file
   */
  BlockEncoding(int elements, int bytes) {
    this.elements = elements;
    this.bytes = bytes;
  }

  /** Decodes the block at {@code from} into the values from {@code to} on. */
  abstract void decode(byte[] blocks, int from, float[] values, int to);

  @Override
  public final ElementType readAs() {
    return ElementType.F32;
  }

  @Override
  public final long storedBytes(long numbers) {
    return numbers / elements * bytes;
  }

  @Override
  public final void decode(ByteBuffer stored, ByteBuffer read) {
    byte[] blocks = new byte[BLOCKS * bytes];
    float[] values = new float[BLOCKS * elements];
    while (stored.hasRemaining()) {
      int count = Math.min(BLOCKS, stored.remaining() / bytes);
      stored.get(blocks, 0, count * bytes);
      for (int block = 0; block < count; block++) {
        decode(blocks, block * bytes, values, block * elements);
      }
      read.asFloatBuffer().put(values, 0, count * elements);
      read.position(read.position() + count * elements * Float.BYTES);
    }
  }

  /** The float16 at a byte. */
  static float half(byte[] bytes, int at) {
    return HalfFloat.value((short) ((bytes[at] & 0xff) | (bytes[at + 1] << 8)));
  }
}
