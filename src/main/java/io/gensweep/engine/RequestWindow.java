package io.gensweep.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Executor, one per task; one thread. A task's side of the loop that it shares: requests go out a
 * window ahead of the engine, answers come back in whatever order. Closing cancels what is under
 * way.
 *
 * @param <A> an answer
 * @param <T> what the task wants to know again when an answer arrives
 */
public final class RequestWindow<A extends Answer, T> implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  /** An answer, and what its request came from. */
  public record Arrival<A extends Answer, T>(T origin, A answer) {}

  private final EngineLoop loop;
  private final int width;
  private final BooleanSupplier cancelled;

  /** Filled by the engine's thread; the task's thread looks what each of them gives or throws. */
  private final BlockingQueue<Supplier<Arrival<A, T>>> events = new LinkedBlockingQueue<>();

  private final Map<Sent<T>, Submission<A>> underWay = new HashMap<>();

  /**
   * @param width requests under way at a time
   * @param cancelled whether the task was told to end; asked again and again
   */
  public RequestWindow(EngineLoop loop, int width, BooleanSupplier cancelled) {
    if (width < 1) {
      throw new IllegalArgumentException("width must be >= 1, was " + width);
    }
    this.loop = loop;
    this.width = width;
    this.cancelled = cancelled;
  }

  /** Sends a request, whether or not the window is full. */
  public void submit(Request<A> request, T origin) {
    Sent<T> sent = new Sent<>(origin, request.answers());
    underWay.put(
        sent,
        loop.submit(
            request,
            answer -> events.add(() -> arrived(sent, answer)),
            failure ->
                events.add(
                    () -> {
                      throw new IllegalStateException("the engine failed", failure);
                    })));
  }

  public boolean full() {
    return underWay.size() >= width;
  }

  public boolean empty() {
    return underWay.isEmpty();
  }

  /**
   * Waits for the next answer.
   *
   * @throws CancellationException if the task was told to end
   * @throws IllegalStateException if nothing is under way, or if the engine failed or was closed
   */
  public Arrival<A, T> next() throws InterruptedException {
    if (empty()) {
      throw new IllegalStateException("no request is under way");
    }
    Optional<Supplier<Arrival<A, T>>> event = Optional.empty();
    while (event.isEmpty()) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("cancelled while the engine worked");
      }
      event = Optional.ofNullable(events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS));
    }
    return event.get().get();
  }

  @Override
  public void close() {
    underWay.values().forEach(Submission::cancel);
    underWay.clear();
  }

  private Arrival<A, T> arrived(Sent<T> sent, A answer) {
    if (--sent.missing == 0) {
      underWay.remove(sent);
    }
    return new Arrival<>(sent.origin, answer);
  }

  /** A request under way. */
  private static final class Sent<T> {
    private final T origin;
    private int missing;

    Sent(T origin, int missing) {
      this.origin = origin;
      this.missing = missing;
    }
  }
}
