package io.gensweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Summarises a chain of exceptions in one line: the cause first, then what it led to.
 *
 * <p>What a task threw comes inside Spark's exception, whose own message is a page of stack.
 */
public final class Cause {
  private static final int DEEPEST = 20;
  private static final int LONGEST = 1000;

  private Cause() {}

  /** The chain from the thrown exception to its root cause. */
  public static List<Throwable> chain(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable link = thrown; link != null && chain.size() < DEEPEST; link = link.getCause()) {
      chain.add(link);
    }
    return chain;
  }

  /** The line for an exception; just the message of the {@link JobError} in the chain, if any. */
  public static String line(Throwable thrown) {
    List<Throwable> chain = chain(thrown);
    StringJoiner line = new StringJoiner("; that led to ");
    String last = "";
    for (int i = chain.size() - 1; i >= 0; i--) {
      Throwable link = chain.get(i);
      if (link instanceof JobError) {
        return link.getMessage();
      }
      // One that was made of its cause, or that quotes it, has the cause's words in its own.
      if (last.isEmpty() || !String.valueOf(link.getMessage()).contains(last)) {
        last = firstLine(link.toString());
        line.add(last);
      }
    }
    return cut(line.toString());
  }

  /** The first line of a text that is not blank. */
  public static String firstLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
  }

  private static String cut(String line) {
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
