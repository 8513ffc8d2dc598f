package io.gensweep.engine;

import io.gensweep.model.DeviceException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Plain Java. Work for one row alone: what goes wrong in it is that row's failure, and the others
 * go on. What the device fails of is no row's, nor is a heap that is full of others.
 */
public final class Attempt {
  /** Of the heap that is free again where one row had asked for too much. */
  private static final double ROOM = 0.25;

  private Attempt() {}

  /** Gives what the work gives, or what its failure becomes. */
  public static <T> T of(Supplier<T> work, Function<Failure, T> failed) {
    try {
      return work.get();
    } catch (DeviceException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      return failed.apply(Failure.internal(e));
    } catch (OutOfMemoryError e) {
      if (!hasRoom()) {
        throw e;
      }
      return failed.apply(Failure.internal(e));
    }
  }

  /** Once what the row held is garbage. */
  private static boolean hasRoom() {
    System.gc();
    Runtime heap = Runtime.getRuntime();
    long free = heap.maxMemory() - heap.totalMemory() + heap.freeMemory();
    return free >= ROOM * heap.maxMemory();
  }
}
