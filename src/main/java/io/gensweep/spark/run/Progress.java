package io.gensweep.spark.run;

import io.gensweep.spark.task.RowCounts;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Driver. Prints a line every few seconds while a run goes on, if anything changed. */
final class Progress implements AutoCloseable {
  private static final long SECONDS = 5;

  private final Supplier<RowCounts> counts;
  private final long shards;
  private final long rows;
  private final PrintStream out;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "gensweep-progress");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Time of the first look that found rows; what came before, such as loading the model, says
   * nothing about speed.
   */
  private long start;

  private RowCounts first = RowCounts.NONE;
  private RowCounts last = RowCounts.NONE;

  /**
   * @param counts of this run
   * @param shards to be done by this run
   * @param rows in them
   */
  Progress(Supplier<RowCounts> counts, long shards, long rows, PrintStream out) {
    this.counts = counts;
    this.shards = shards;
    this.rows = rows;
    this.out = out;
    var unused = timer.scheduleAtFixedRate(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    RowCounts now = counts.get();
    long time = System.nanoTime();
    if (first.rows() == 0) {
      first = now;
      start = time;
    }
    if (now.rows() > 0 && !now.equals(last)) {
      out.println(line(first, now, shards, rows, (time - start) / 1e9));
    }
    last = now;
  }

  /**
   * @param seconds in which {@code now} came of {@code first}
   */
  static String line(RowCounts first, RowCounts now, long shards, long rows, double seconds) {
    String done =
        String.format(
            Locale.ROOT,
            "gensweep: %,d of %,d rows, %,d failed, %d of %d shards",
            now.rows(),
            rows,
            now.failed(),
            now.shards(),
            shards);
    long made = now.rows() - first.rows();
    // A task that failed takes its rows back.
    return made <= 0
        ? done
        : done
            + String.format(
                Locale.ROOT,
                ", %,.0f tokens/s, about %s left",
                (now.tokens() - first.tokens()) / seconds,
                time(seconds / made * Math.max(0, rows - now.rows())));
  }

  /** Formats a duration, such as {@code 1h05m}, {@code 3m20s} or {@code 12s}. */
  static String time(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    if (time.toHours() > 0) {
      return String.format(Locale.ROOT, "%dh%02dm", time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? String.format(Locale.ROOT, "%dm%02ds", time.toMinutes(), time.toSecondsPart())
        : time.toSeconds() + "s";
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
