package io.gensweep.model.cuda;

import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * Launches of kernels, one after the other, as the native library plays them: of each its function,
 * grid, threads, shared memory, whether it may start early, and its arguments.
 */
public final class Launches {
  private static final int LONG = 0;
  private static final int INT = 1;
  private static final int FLOAT = 2;
  private static final int MAP = 3;
  private static final int HEADER = 8;

  private final ToLongFunction<Kernel> functions;
  private final boolean early;
  private long[] words = new long[1 << 12];
  private int used;

  /** Where the launch that is being written begins. */
  private int start;

  private int boxes;
  private Kernel kernel;

  /**
   * @param functions of the driver by the kernels
   * @param early whether a kernel may start before the one ahead of it has ended
   */
  Launches(ToLongFunction<Kernel> functions, boolean early) {
    this.functions = functions;
    this.early = early;
  }

  /** All words so far. */
  public long[] words() {
    return Arrays.copyOf(words, used);
  }

  /** Begins a launch, whose arguments follow in their order. */
  Launches launch(Kernel kernel, int x, int y, int z) {
    this.kernel = kernel;
    start = used;
    boxes = 0;
    return add(functions.applyAsLong(kernel))
        .add(x)
        .add(y)
        .add(z)
        .add(kernel.threads())
        .add(kernel.shared())
        .add(early ? 1 : 0)
        .add(0);
  }

  Launches pointer(long... addresses) {
    for (long address : addresses) {
      argument(LONG, address);
    }
    return this;
  }

  Launches number(int... values) {
    for (int value : values) {
      argument(INT, value);
    }
    return this;
  }

  Launches real(double... values) {
    for (double value : values) {
      argument(FLOAT, Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL);
    }
    return this;
  }

  /** A matrix by the kernel's next tensor map. Its sizes and strides follow, as Triton has them. */
  Launches map(long address, int rows, int columns) {
    TensorBox box = kernel.boxes().get(boxes++);
    argument(MAP, address);
    add(columns).add(rows).add(box.inner()).add(box.outer()).add(box.type()).add(box.swizzle());
    number(rows, columns);
    return pointer(columns, 1);
  }

  /** Ends a launch: kernels that Triton compiles take two pointers more, which are unused here. */
  void end() {
    pointer(0, 0);
  }

  private void argument(int kind, long value) {
    add(kind).add(value);
    words[start + HEADER - 1]++;
  }

  private Launches add(long word) {
    if (used == words.length) {
      words = Arrays.copyOf(words, 2 * used);
    }
    words[used++] = word;
    return this;
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
