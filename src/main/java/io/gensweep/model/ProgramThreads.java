package io.gensweep.model;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Executor, one per decoder. The threads that run its program: one that computes each operation
 * with all the threads it may have, and one for each lane with that lane's part of them.
 *
 * <p>A step is some 1,500 operations, most of them small. With all threads each of those waits for
 * the slowest thread, and many are too small to be shared at all; lanes wait for one another once a
 * step.
 */
final class ProgramThreads implements AutoCloseable {
  /** Fewer, and reading the weights once for each lane costs more than lanes bring. */
  private static final int ROWS_PER_LANE = 32;

  private static final Object STARTING = new Object();

  private final ExecutorService all;
  private final List<ExecutorService> lanes = new ArrayList<>();

  /**
   * @param threads of an operation
   * @param lanes a divisor of {@code threads}
   */
  ProgramThreads(int threads, int lanes) {
    for (int lane = 0; lane < lanes && lanes > 1; lane++) {
      this.lanes.add(thread("gensweep-lane-" + lane, threads / lanes));
    }
    this.all = thread("gensweep-program", threads);
  }

  /** How many lanes a batch on a CPU is worth. */
  static int lanes(int threads, int maxBatch) {
    int lanes = Math.max(1, Math.min(threads, maxBatch / ROWS_PER_LANE));
    while (threads % lanes != 0) {
      lanes--;
    }
    return lanes;
  }

  private static ExecutorService thread(String name, int threads) {
    ExecutorService executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    // libtorch keeps both settings for each thread, and gives a new one the number that was set
    // last for any.
    join(
        executor,
        () -> {
          synchronized (STARTING) {
            JniUtils.setNumThreads(threads);
            // The optimiser specialises the program to the shapes it sees, and shapes change at
            // every step here.
            JniUtils.setGraphExecutorOptimize(false);
            return JniUtils.getNumThreads();
          }
        });
    return executor;
  }

  /** Runs a task with all threads. */
  <T> T whole(Supplier<T> task) {
    return join(all, task);
  }

  /** Runs a task as a lane's are run beside those of the others. */
  <T> T inLane(Supplier<T> task) {
    return join(lanes.get(0), task);
  }

  /** What a lane makes of its part of a batch. */
  @FunctionalInterface
  interface LaneWork<T, R> {
    /** Gives a result for each item, in their order. */
    List<R> of(int lane, List<T> items);
  }

  /** How many lanes the rows of a decode are worth. */
  static int lanesFor(int rows) {
    return Math.max(1, rows / ROWS_PER_LANE);
  }

  /**
   * Deals the items to lanes one by one, lets each lane work on its part beside the others, and
   * waits for all. A single lane has all threads.
   *
   * @param count of lanes
   * @return in the order of the batch
   * @throws RuntimeException of the first lane that failed
   */
  <T, R> List<R> inLanes(List<T> batch, int count, LaneWork<T, R> work) {
    if (count < 2) {
      return whole(() -> work.of(0, batch));
    }
    List<CompletableFuture<List<R>>> parts = new ArrayList<>();
    for (int lane = 0; lane < count; lane++) {
      int number = lane;
      List<T> own = new ArrayList<>();
      for (int i = lane; i < batch.size(); i += count) {
        own.add(batch.get(i));
      }
      parts.add(CompletableFuture.supplyAsync(() -> work.of(number, own), lanes.get(lane)));
    }
    try {
      // All have ended before one's failure is told.
      CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw thrown(e);
    }
    List<R> results = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      results.add(parts.get(i % count).join().get(i / count));
    }
    return results;
  }

  private static <T> T join(ExecutorService executor, Supplier<T> task) {
    try {
      return CompletableFuture.supplyAsync(task, executor).join();
    } catch (CompletionException e) {
      throw thrown(e);
    }
  }

  private static RuntimeException thrown(CompletionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException cause ? cause : e;
  }

  /** Waits for the threads, which must end before libtorch goes. */
  @Override
  public void close() {
    List<ExecutorService> ending = new ArrayList<>(lanes);
    ending.add(all);
    ending.forEach(ExecutorService::shutdown);
    boolean interrupted = false;
    for (ExecutorService executor : ending) {
      boolean ended = false;
      while (!ended) {
        try {
          ended = executor.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
