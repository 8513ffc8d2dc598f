package io.gensweep.output;

import io.gensweep.job.Command;

/** Plain Java. What a command writes, and by which columns the rows of a file are sorted. */
public enum OutputKind {
  /** By prompt_id, sweep_point, sample_index. */
  COMPLETIONS("completions", 3),
  /** By prompt_id, reference_index. */
  SCORES("scores", 2);

  private final String folder;
  private final int keyColumns;

  OutputKind(String folder, int keyColumns) {
    this.folder = folder;
    this.keyColumns = keyColumns;
  }

  /** What the command of that name writes. */
  public static OutputKind of(Command command) {
    return command == Command.RUN ? COMPLETIONS : SCORES;
  }

  public String folder() {
    return folder;
  }

  /** The first columns are the key: a string, then ints. */
  int keyColumns() {
    return keyColumns;
  }
}
