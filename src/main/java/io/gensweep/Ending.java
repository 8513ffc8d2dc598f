package io.gensweep;

import io.gensweep.job.JobError;
import io.gensweep.spark.TooManyFailedRows;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Driver. How a command that threw ends: the exit code, and the one line that says why.
 *
 * <p>What an executor threw comes inside Spark's exception, whose own message is a page of stack;
 * said is the cause, then what it led to.
 */
record Ending(ExitCode code, String line) {
  private static final int DEEPEST = 20;
  private static final int LONGEST = 1000;

  static Ending of(Throwable thrown) {
    List<Throwable> chain = chain(thrown);
    for (Throwable link : chain) {
      if (link instanceof JobError) {
        return new Ending(ExitCode.WRONG_JOB, link.getMessage());
      }
      if (link instanceof TooManyFailedRows) {
        return new Ending(ExitCode.TOO_MANY_FAILED_ROWS, link.getMessage());
      }
    }
    return new Ending(ExitCode.FAILED, "failed: " + story(chain));
  }

  /** The cause, and of what it led to only what says something new. */
  static String story(Throwable thrown) {
    return story(chain(thrown));
  }

  private static String story(List<Throwable> chain) {
    StringJoiner story = new StringJoiner("; that led to ");
    String last = "";
    for (int i = chain.size() - 1; i >= 0; i--) {
      String said = firstLine(chain.get(i).toString());
      // An exception made of its cause alone has the cause's text for a message.
      String own = String.valueOf(chain.get(i).getMessage());
      if (last.isEmpty() || !own.contains(last)) {
        story.add(said);
        last = said;
      }
    }
    String whole = story.toString();
    return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "...";
  }

  static String firstLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
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
