package io.gensweep;

import java.util.Arrays;

/** Plain Java. What the process tells its caller. */
public enum ExitCode {
  DONE(0),
  /** Anything that is none of the others. */
  FAILED(1),
  /** The job file, the arguments or the model are wrong; said before any task, if it can be. */
  WRONG_JOB(2),
  /** The share of failed rows went over {@code output.max_failed_fraction}. */
  TOO_MANY_FAILED_ROWS(3);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  static ExitCode of(int code) {
    return Arrays.stream(values()).filter(exit -> exit.code == code).findFirst().orElseThrow();
  }

  public int code() {
    return code;
  }
}
