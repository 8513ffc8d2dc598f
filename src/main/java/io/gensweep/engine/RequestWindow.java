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
 * window ahead of the engine, completions come back in whatever order. Closing cancels what is
 * under way.
 *
 * @param <T> what the task wants to know again when a completion arrives
 */
public final class RequestWindow<T> implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  /** A completion, and what its request came from. */
  public record Arrival<T>(T origin, Completion completion) {}

  private final EngineLoop loop;
  private final int width;
  private final BooleanSupplier cancelled;

  /** Filled by the engine's thread; the task's thread looks what each of them gives or throws. */
  private final BlockingQueue<Supplier<Arrival<T>>> events = new LinkedBlockingQueue<>();

  private final Map<Sent<T>, Submission> underWay = new HashMap<>();
  private int outstanding;

  /**
   * @param width completions to wait for at a time
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
  public void submit(Request request, T origin) {
    Sent<T> sent = new Sent<>(origin, request.variants().size());
    underWay.put(
        sent,
        loop.submit(
            request,
            completion -> events.add(() -> arrived(sent, completion)),
            failure ->
                events.add(
                    () -> {
                      throw new IllegalStateException("the engine failed", failure);
                    })));
    outstanding += sent.missing;
  }

  public boolean full() {
    return outstanding >= width;
  }

  public boolean empty() {
    return outstanding == 0;
  }

  /**
   * Waits for the next completion.
   *
   * @throws CancellationException if the task was told to end
   * @throws IllegalStateException if nothing is under way, or if the engine failed or was closed
   */
  public Arrival<T> next() throws InterruptedException {
    if (empty()) {
      throw new IllegalStateException("no request is under way");
    }
    Optional<Supplier<Arrival<T>>> event = Optional.empty();
    while (event.isEmpty()) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("cancelled while generating");
      }
      event = Optional.ofNullable(events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS));
    }
    return event.get().get();
  }

  @Override
  public void close() {
    underWay.values().forEach(Submission::cancel);
    underWay.clear();
    outstanding = 0;
  }

  private Arrival<T> arrived(Sent<T> sent, Completion completion) {
    outstanding--;
    if (--sent.missing == 0) {
      underWay.remove(sent);
    }
    return new Arrival<>(sent.origin, completion);
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
