package io.gensweep.model.weights;

import java.nio.ByteBuffer;

/**
 * How a file holds the numbers of a tensor, and what they are read as. An {@link ElementType} holds
 * them as they are read. Others hold blocks of a row, say of 32 numbers that share a scale; a row
 * is then a whole number of blocks.
 */
public interface Encoding {
  /** What the numbers are once they are read. */
  ElementType readAs();

  /** Bytes in the file of so many numbers: one row, or some. */
  long storedBytes(long elements);

  /**
   * Decodes whole rows. Called by several threads at once, each with rows of its own.
   *
   * @param stored little endian, from its position to its limit
   * @param read little endian, with just the room for the numbers
   */
  void decode(ByteBuffer stored, ByteBuffer read);
}
