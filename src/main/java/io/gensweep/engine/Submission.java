package io.gensweep.engine;

import java.util.function.Consumer;

/** Plain Java. A request given to an {@link EngineLoop}. */
public final class Submission {
  private final EngineLoop loop;
  private final Request request;
  private final Consumer<Completion> completed;
  private final Consumer<Throwable> failed;
  private int remaining;
  private volatile boolean cancelled;

  Submission(
      EngineLoop loop,
      Request request,
      Consumer<Completion> completed,
      Consumer<Throwable> failed) {
    this.loop = loop;
    this.request = request;
    this.completed = completed;
    this.failed = failed;
    this.remaining = request.variants().size();
  }

  /**
   * Nothing is delivered after this returns, but for a delivery that is under way. Slots and KV
   * blocks are freed before the next step. Without effect once all is delivered.
   */
  public void cancel() {
    cancelled = true;
    loop.cancel(this);
  }

  Request request() {
    return request;
  }

  /** On the engine's thread. A consumer that throws ends its own request only. */
  void deliver(Completion completion) {
    if (cancelled) {
      return;
    }
    try {
      completed.accept(completion);
      remaining--;
    } catch (RuntimeException e) {
      cancel();
      tellFailed(e);
    }
    if (remaining == 0) {
      loop.finished(this);
    }
  }

  void fail(Throwable cause) {
    if (!cancelled) {
      tellFailed(cause);
    }
  }

  private void tellFailed(Throwable cause) {
    try {
      failed.accept(cause);
    } catch (RuntimeException e) {
      if (e != cause) {
        cause.addSuppressed(e);
      }
    }
  }
}
