package io.gensweep.output;

import io.gensweep.job.JobError;

/**
 * Driver. The output folder cannot be used as the job asks. Said before any generation; the command
 * ends with exit code 2.
 */
public final class OutputError extends JobError {
  private static final long serialVersionUID = 1L;

  public OutputError(String key, String value, String remedy) {
    super(key + ": " + value + ": " + remedy);
  }
}
