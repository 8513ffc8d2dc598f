package io.gensweep.spark;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Driver. A line every few seconds while a run goes on, from what its committed shards add up to.
 */
final class Progress implements AutoCloseable {
  private static final long SECONDS = 5;

  private final Totals totals;
  private final long shards;
  private final long rows;
  private final PrintStream out;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "gensweep-progress");
            thread.setDaemon(true);
            return thread;
          });
  private String last = "";

  /**
   * @param shards to be done by this run
   * @param rows expected of them, about
   */
  Progress(Totals totals, long shards, long rows, PrintStream out) {
    this.totals = totals;
    this.shards = shards;
    this.rows = rows;
    this.out = out;
    var unused = timer.scheduleAtFixedRate(this::print, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private void print() {
    String line = line((System.nanoTime() - start) / 1e9);
    if (!line.equals(last)) {
      out.println(line);
      last = line;
    }
  }

  private String line(double seconds) {
    long done = totals.shards();
    String left = done == 0 ? "" : ", about " + time(seconds / done * (shards - done)) + " left";
    return String.format(
        Locale.ROOT,
        "gensweep: %d of %d shards, %,d of %,d rows, %d failed, %,.0f tokens/s%s",
        done,
        shards,
        totals.completions() + totals.failed(),
        rows,
        totals.failed(),
        totals.generatedTokens() / seconds,
        left);
  }

  static String time(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? time.toHours() + "h" + String.format(Locale.ROOT, "%02d", time.toMinutesPart()) + "m"
        : time.toMinutes() > 0
            ? time.toMinutes()
                + "m"
                + String.format(Locale.ROOT, "%02d", time.toSecondsPart())
                + "s"
            : time.toSeconds() + "s";
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
