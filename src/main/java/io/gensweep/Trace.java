package io.gensweep;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Driver. The stack of what ended a command: shown where the user asks for it, kept in a file where
 * nobody could know the cause from the line alone.
 */
final class Trace {
  /** In the environment; any value but nothing. Spark's own log stays as it is then, too. */
  static final String SWITCH = "GENSWEEP_TRACE";

  private Trace() {}

  static boolean isAskedFor() {
    return !System.getenv().getOrDefault(SWITCH, "").isEmpty();
  }

  /** Where the stack has been written to, as the end of a line. */
  static String kept(Throwable thrown) {
    try {
      Path file = Files.createTempFile("gensweep-trace-", ".txt");
      try (PrintWriter out =
          new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
        thrown.printStackTrace(out);
      }
      return "; stack trace in " + file;
    } catch (IOException e) {
      return "; " + SWITCH + "=1 shows the stack trace";
    }
  }
}
