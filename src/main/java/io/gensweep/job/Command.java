package io.gensweep.job;

import java.util.List;
import java.util.Locale;

/** The command that runs a job file. */
public enum Command {
  RUN,
  SCORE;

  /** The key of the command among the settings of a run. */
  public static final String KEY = "command";

  /** Sections and keys of the job file that the command ignores. */
  public List<String> unused() {
    return this == RUN
        ? List.of("score")
        : List.of("sampling", "sweep", "prompts.sampling", "evaluate");
  }

  public static Command of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** As the command line spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
