package io.gensweep.output;

import io.gensweep.job.JobError;

/**
 * Driver. Thrown before any generation when the output folder cannot be used; the command ends with
 * exit code 2.
 */
public final class OutputError extends JobError {
  private static final long serialVersionUID = 1L;

  public OutputError(String key, String value, String remedy) {
    super(key + ": " + value + ": " + remedy);
  }
}
