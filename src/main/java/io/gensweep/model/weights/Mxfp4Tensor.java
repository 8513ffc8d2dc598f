package io.gensweep.model.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Floats of 4 bits of which each group of 32 in a row shares a power of two. Read as bfloat16,
 * which has each of their values.
 *
 * @param values two in a byte, the first one in its low bits
 * @param scales [matrices, rows, groups]
 */
record Mxfp4Tensor(FileTensor values, StoredTensor scales) implements StoredTensor {
  static final int GROUP = 32;

  /** Sign, 2 bits of exponent, 1 of fraction: E2M1 of the Open Compute Project. */
  private static final float[] VALUES = {
    0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6
  };

  @Override
  public String name() {
    return values.name();
  }

  @Override
  public Path file() {
    return values.file();
  }

  @Override
  public ElementType type() {
    return ElementType.BF16;
  }

  @Override
  public List<Integer> shape() {
    return values.shape();
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    try (Mapping pairs = values.undecoded(from, to);
        Mapping powers = scales.stored(from, to)) {
      IntStream.range(0, to - from).parallel().forEach(row -> decode(pairs, powers, row, read));
    }
    return read;
  }

  private void decode(Mapping pairs, Mapping powers, int row, Mapping read) {
    int width = rowSize();
    for (int i = row * width; i < (row + 1) * width; i++) {
      int pair = pairs.bytes().get(i / 2);
      float value = VALUES[(i % 2 == 0 ? pair : pair >> 4) & 15];
      type().put(read.bytes(), i, value * scales.type().get(powers.bytes(), i / GROUP));
    }
  }

  /** How the values lie in the file, without their scales. */
  enum Pairs implements Encoding {
    F4_E2M1;

    @Override
    public ElementType readAs() {
      return ElementType.BF16;
    }

    @Override
    public long storedBytes(long elements) {
      return elements / 2;
    }

    @Override
    public void decode(ByteBuffer stored, ByteBuffer read) {
      while (stored.hasRemaining()) {
        int pair = stored.get();
        int at = read.position() / 2;
        readAs().put(read, at, VALUES[pair & 15]);
        readAs().put(read, at + 1, VALUES[(pair >> 4) & 15]);
        read.position(2 * at + 4);
      }
    }
  }
}
