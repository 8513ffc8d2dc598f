package io.gensweep.engine;

import java.util.function.Consumer;

/** Plain Java. A query given to an {@link EngineLoop}. */
public final class Submission<A extends Answer> {
  private final EngineLoop loop;
  private final Query<A> query;
  private final Consumer<A> answered;
  private final Consumer<Throwable> failed;
  private int remaining;
  private volatile boolean cancelled;

  Submission(EngineLoop loop, Query<A> query, Consumer<A> answered, Consumer<Throwable> failed) {
    this.loop = loop;
    this.query = query;
    this.answered = answered;
    this.failed = failed;
    this.remaining = query.answers();
  }

  /**
   * Nothing is delivered after this returns, but for a delivery that is under way. Slots and KV
   * blocks are freed before the next step. Without effect once all is delivered.
   */
  public void cancel() {
    cancelled = true;
    loop.cancel(this);
  }

  Entry enter(Engine engine) {
    return query.submitTo(engine, this::deliver);
  }

  /** On the engine's thread. A consumer that throws ends its own query only. */
  private void deliver(A answer) {
    if (cancelled) {
      return;
    }
    try {
      answered.accept(answer);
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
