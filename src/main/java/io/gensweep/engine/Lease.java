package io.gensweep.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Executor, one per task. The right to use something that a {@link SharedModels} keeps; closing it
 * gives back the right, not the thing.
 */
public final class Lease<T> implements AutoCloseable {
  private final T value;
  private final Runnable release;
  private final AtomicBoolean released = new AtomicBoolean();

  Lease(T value, Runnable release) {
    this.value = value;
    this.release = release;
  }

  public T value() {
    return value;
  }

  @Override
  public void close() {
    if (!released.getAndSet(true)) {
      release.run();
    }
  }
}
