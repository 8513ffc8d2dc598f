package io.gensweep.job;

import java.util.List;
import java.util.Locale;

/** What a job file is run for. */
public enum Command {
  RUN,
  SCORE;

  /** In the settings of a run, where its own command is told among them. */
  public static final String KEY = "command";

  /** Sections and keys of the job file that the command does not look at. */
  public List<String> unused() {
    return this == RUN ? List.of("score") : List.of("sampling", "sweep", "prompts.sampling");
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
