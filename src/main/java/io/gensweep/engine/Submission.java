package io.gensweep.engine;

import java.util.function.Consumer;

/**
 * A request given to an engine, and who waits for its answers.
 *
 * @param <A> an answer
 */
public final class Submission<A extends Answer> {
  private final Request<A> request;
  private final Consumer<A> answered;
  private final Consumer<Throwable> failed;
  private final Consumer<Submission<?>> ended;
  private int remaining;
  private volatile boolean cancelled;

  /**
   * @param answered is called on the engine's thread, once for each answer, in any order
   * @param failed is called once where the engine or {@code answered} fails; nothing follows
   * @param ended is called when nothing more will be delivered
   */
  Submission(
      Request<A> request,
      Consumer<A> answered,
      Consumer<Throwable> failed,
      Consumer<Submission<?>> ended) {
    this.request = request;
    this.answered = answered;
    this.failed = failed;
    this.ended = ended;
    this.remaining = request.answers();
  }

  Request<A> request() {
    return request;
  }

  /**
   * Nothing is delivered after this returns, but for a delivery that is under way. Slots and KV
   * blocks are freed before the next step. Without effect once all is delivered.
   */
  public void cancel() {
    cancelled = true;
    ended.accept(this);
  }

  boolean cancelled() {
    return cancelled;
  }

  /** On the engine's thread. A consumer that throws ends its own request only. */
  @SuppressWarnings("unchecked") // a request's variants or texts give its own kind of answers
  void deliver(Answer answer) {
    if (cancelled) {
      return;
    }
    try {
      answered.accept((A) answer);
      remaining--;
    } catch (RuntimeException e) {
      cancel();
      tellFailed(e);
    }
    if (remaining == 0) {
      ended.accept(this);
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
