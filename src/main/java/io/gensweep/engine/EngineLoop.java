package io.gensweep.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Executor, one per JVM and device. The thread that steps an engine for all tasks that share it; it
 * sleeps while there is nothing to do.
 *
 * <p>If a step throws, every request fails with what was thrown and no more are taken. Closing does
 * not close the model, which must outlive the loop.
 */
public final class EngineLoop implements AutoCloseable {
  private final Engine engine;
  private final Thread thread;
  private final Object lock = new Object();

  // All under the lock.
  private final List<Submission<?>> entering = new ArrayList<>();
  private final Set<Submission<?>> live = new LinkedHashSet<>();
  private boolean closing;
  private Optional<Throwable> end = Optional.empty();

  private volatile EngineCounters counters;

  private EngineLoop(Engine engine) {
    this.engine = engine;
    this.counters = engine.counters();
    this.thread = new Thread(this::run, "gensweep-engine");
    thread.setDaemon(true);
  }

  /** The engine belongs to the loop from here on. */
  public static EngineLoop start(Engine engine) {
    EngineLoop loop = new EngineLoop(engine);
    loop.thread.start();
    return loop;
  }

  /**
   * Both consumers are called on the engine's thread, so they hand over and return: {@code
   * answered} once per answer, or {@code failed} once, after which nothing follows.
   *
   * @throws IllegalStateException if the loop has failed or was closed
   */
  public <A extends Answer> Submission<A> submit(
      Request<A> request, Consumer<A> answered, Consumer<Throwable> failed) {
    Submission<A> submission = new Submission<>(request, answered, failed, this::ended);
    synchronized (lock) {
      if (closing || end.isPresent()) {
        throw new IllegalStateException("the engine loop has ended", end.orElse(null));
      }
      live.add(submission);
      entering.add(submission);
      lock.notifyAll();
    }
    return submission;
  }

  /** False once a step has thrown or the loop was closed: it takes no more requests. */
  public boolean works() {
    synchronized (lock) {
      return !closing && end.isEmpty();
    }
  }

  /** As of the last step. */
  public EngineCounters counters() {
    return counters;
  }

  /** Ends after the step under way; what was not delivered fails. */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    if (Thread.currentThread() == thread) {
      return;
    }
    // Without giving up: what the thread computes with is closed next.
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void ended(Submission<?> submission) {
    synchronized (lock) {
      live.remove(submission);
      entering.remove(submission);
    }
  }

  private void run() {
    try {
      while (awaitWork()) {
        engine.step();
        counters = engine.counters();
      }
      engine.clear();
      end(new IllegalStateException("the engine loop was closed"));
    } catch (Throwable cause) {
      end(cause);
    }
  }

  /** Passes on what came; false when closing. */
  private boolean awaitWork() throws InterruptedException {
    synchronized (lock) {
      while (!closing && entering.isEmpty() && !engine.hasWork()) {
        lock.wait();
      }
      entering.forEach(engine::submit);
      entering.clear();
      return !closing;
    }
  }

  private void end(Throwable cause) {
    List<Submission<?>> failing;
    synchronized (lock) {
      end = Optional.of(cause);
      failing = List.copyOf(live);
      live.clear();
    }
    failing.forEach(submission -> submission.fail(cause));
  }
}
