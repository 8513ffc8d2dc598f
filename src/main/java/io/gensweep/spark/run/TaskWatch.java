package io.gensweep.spark.run;

import io.gensweep.job.Cause;
import io.gensweep.spark.task.RowCounts;
import io.gensweep.spark.task.Totals;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;
import scala.Tuple4;
import scala.collection.Iterable;
import scala.collection.Iterator;

/**
 * Driver, on Spark's listener thread. Counts what the tasks of a run have done up to now:
 * accumulators cover only tasks that ended, so running tasks are counted by their heartbeats.
 */
final class TaskWatch extends SparkListener {
  private final Totals totals;
  private final Consumer<RowCounts> onEnd;
  private final Consumer<String> onRetry;
  private final int attempts;
  private final Map<Long, RowCounts> running = new HashMap<>();
  private final Set<Long> over = new HashSet<>();
  private RowCounts ended = RowCounts.NONE;
  private Optional<Throwable> failure = Optional.empty();

  /**
   * @param onEnd gets the counts of all tasks that have succeeded whenever one more has
   * @param onRetry gets a line of each task that failed and is tried again
   * @param attempts that Spark gives a task
   */
  TaskWatch(Totals totals, Consumer<RowCounts> onEnd, Consumer<String> onRetry, int attempts) {
    this.totals = totals;
    this.onEnd = onEnd;
    this.onRetry = onRetry;
    this.attempts = attempts;
  }

  synchronized RowCounts now() {
    return running.values().stream().reduce(ended, RowCounts::plus);
  }

  /** Exception of the last task that failed. */
  synchronized Optional<Throwable> failure() {
    return failure;
  }

  /** Reports a failed attempt, but for the last, which ends the run and is reported there. */
  private void retried(TaskInfo task, Throwable thrown) {
    if (task.attemptNumber() + 1 < attempts) {
      onRetry.accept(
          "a task failed on %s and is tried again: %s".formatted(task.host(), Cause.line(thrown)));
    }
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
    Iterator<?> tasks = sequence(heartbeat, "accumUpdates").iterator();
    while (tasks.hasNext()) {
      Tuple4<?, ?, ?, ?> task = (Tuple4<?, ?, ?, ?>) tasks.next();
      long id = (Long) task._1();
      if (!over.contains(id)) {
        running.put(id, totals.counts((Iterable<?>) task._4()));
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    RowCounts sum;
    synchronized (this) {
      running.remove(end.taskInfo().taskId());
      over.add(end.taskInfo().taskId());
      if (!end.taskInfo().successful()) {
        if (end.reason() instanceof ExceptionFailure thrown && thrown.exception().isDefined()) {
          failure = Optional.of(thrown.exception().get());
          retried(end.taskInfo(), failure.get());
        }
        return;
      }
      ended = ended.plus(totals.counts(sequence(end.taskInfo(), "accumulables")));
      sum = ended;
    }
    onEnd.accept(sum);
  }

  /**
   * Calls a method that returns a sequence, by its name: its return type is one of Scala 2.12 in
   * Spark 3.5 and one of Scala 2.13 in Spark 4, and compiled code can call but one of them.
   */
  private static Iterable<?> sequence(Object of, String method) {
    try {
      return (Iterable<?>) of.getClass().getMethod(method).invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Spark has no " + method + " of a task", e);
    }
  }
}
