package io.gensweep;

import io.gensweep.job.JobError;
import io.gensweep.spark.TooManyFailedRows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Driver. How a command that threw ends: the exit code, and what is said about it.
 *
 * <p>What an executor threw comes inside Spark's exception, whose own message is a page of stack;
 * said is the cause, then what it led to, a line each.
 */
record Ending(ExitCode code, List<String> lines) {
  private static final int DEEPEST = 20;

  static Ending of(Throwable thrown) {
    List<Throwable> chain = chain(thrown);
    for (Throwable link : chain) {
      if (link instanceof JobError) {
        return new Ending(ExitCode.WRONG_JOB, List.of(link.getMessage()));
      }
      if (link instanceof TooManyFailedRows) {
        return new Ending(ExitCode.TOO_MANY_FAILED_ROWS, List.of(link.getMessage()));
      }
    }
    Collections.reverse(chain);
    List<String> lines = new ArrayList<>();
    for (Throwable link : chain) {
      lines.add((lines.isEmpty() ? "failed: " : "  then ") + firstLine(link.toString()));
      if (link.getStackTrace().length > 0) {
        lines.add("    at " + link.getStackTrace()[0]);
      }
    }
    return new Ending(ExitCode.FAILED, lines);
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** From what was thrown to its cause. */
  private static List<Throwable> chain(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable link = thrown; link != null && chain.size() < DEEPEST; link = link.getCause()) {
      chain.add(link);
    }
    return chain;
  }
}
