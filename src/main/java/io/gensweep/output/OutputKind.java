package io.gensweep.output;

import io.gensweep.job.Command;
import io.gensweep.job.JobSpec;

/** Plain Java. The kind of rows that a command writes, and the columns that they are sorted by. */
public enum OutputKind {
  /** Sorted by prompt_id, sweep_point, sample_index. */
  COMPLETIONS("completions", 3),
  /** Completions with a column for the log-probs of the prompt's tokens. */
  COMPLETIONS_AND_PROMPT_LOGPROBS("completions", 3),
  /** Sorted by prompt_id, reference_index. */
  SCORES("scores", 2);

  private final String folder;
  private final int keyColumns;

  OutputKind(String folder, int keyColumns) {
    this.folder = folder;
    this.keyColumns = keyColumns;
  }

  /** The kind of rows that a command writes for a job. */
  public static OutputKind of(Command command, JobSpec job) {
    if (command == Command.SCORE) {
      return SCORES;
    }
    boolean promptLogprobs =
        job.sweep().points().stream().anyMatch(point -> point.sampling().promptLogprobs());
    return promptLogprobs ? COMPLETIONS_AND_PROMPT_LOGPROBS : COMPLETIONS;
  }

  /** Whether rows are drawn, not scored. */
  public boolean isDrawn() {
    return this != SCORES;
  }

  public String folder() {
    return folder;
  }

  /** The number of leading columns that are the key: a string, then ints. */
  int keyColumns() {
    return keyColumns;
  }
}
