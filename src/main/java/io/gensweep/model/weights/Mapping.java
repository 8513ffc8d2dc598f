package io.gensweep.model.weights;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rows of a tensor in memory, for as long as it is open: part of a file, or what was read from one.
 * Java itself ends a mapping when its buffer is collected as garbage, which may never happen while
 * the heap has room, and until then the pages that were read count as this process's memory.
 */
public record Mapping(ByteBuffer bytes) implements AutoCloseable {
  private static final Object UNSAFE;
  private static final Method INVOKE_CLEANER;

  static {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      UNSAFE = instance.get(null);
      INVOKE_CLEANER = unsafe.getMethod("invokeCleaner", ByteBuffer.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Memory outside the heap, at most 2 GiB of it. */
  static Mapping ofMemory(long bytes) {
    return new Mapping(
        ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Bytes {@code [from, to)} of these. */
  ByteBuffer slice(long from, long to) {
    return bytes.slice((int) from, (int) (to - from)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** No one may read the bytes afterwards. */
  @Override
  public void close() {
    if (!bytes.isDirect()) {
      return;
    }
    try {
      INVOKE_CLEANER.invoke(UNSAFE, bytes);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a mapped file cannot be unmapped", e);
    }
  }
}
