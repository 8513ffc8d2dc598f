package io.gensweep.spark;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Driver. A line every few seconds while a run goes on, if there is news. */
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

  /** When the first rows were still to come: loading a model says nothing of the pace. */
  private long start = System.nanoTime();

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
    if (now.rows() == 0) {
      start = time;
    } else if (!now.equals(last)) {
      out.println(line(now, shards, rows, (time - start) / 1e9));
    }
    last = now;
  }

  /**
   * @param seconds in which all of {@code now} was done
   */
  static String line(RowCounts now, long shards, long rows, double seconds) {
    double left = seconds / now.rows() * Math.max(0, rows - now.rows());
    return String.format(
        Locale.ROOT,
        "gensweep: %,d of %,d rows, %,d failed, %d of %d shards, %,.0f tokens/s, about %s left",
        now.rows(),
        rows,
        now.failed(),
        now.shards(),
        shards,
        now.tokens() / seconds,
        time(left));
  }

  /** Such as {@code 1h05m}, {@code 3m20s} or {@code 12s}. */
  static String time(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%dh%02dm", time.toHours(), time.toMinutesPart())
        : time.toMinutes() > 0
            ? String.format(Locale.ROOT, "%dm%02ds", time.toMinutes(), time.toSecondsPart())
            : time.toSeconds() + "s";
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
