package io.gensweep.output;

import io.gensweep.job.Command;
import io.gensweep.job.JobSpec;

/** Plain Java. What a command writes, and by which columns the rows of a file are sorted. */
public enum OutputKind {
  /** By prompt_id, sweep_point, sample_index. */
  COMPLETIONS("completions", 3),
  /** The same with a column for the prompts' own tokens. */
  COMPLETIONS_AND_PROMPT_LOGPROBS("completions", 3),
  /** By prompt_id, reference_index. */
  SCORES("scores", 2);

  private final String folder;
  private final int keyColumns;

  OutputKind(String folder, int keyColumns) {
    this.folder = folder;
    this.keyColumns = keyColumns;
  }

  /** What a command writes for a job. */
  public static OutputKind of(Command command, JobSpec job) {
    if (command == Command.SCORE) {
      return SCORES;
    }
    boolean promptLogprobs =
        job.sweep().points().stream().anyMatch(point -> point.sampling().promptLogprobs());
    return promptLogprobs ? COMPLETIONS_AND_PROMPT_LOGPROBS : COMPLETIONS;
  }

  /** Whether its rows are drawn, and not scored. */
  public boolean isDrawn() {
    return this != SCORES;
  }

  public String folder() {
    return folder;
  }

  /** The first columns are the key: a string, then ints. */
  int keyColumns() {
    return keyColumns;
  }
}
