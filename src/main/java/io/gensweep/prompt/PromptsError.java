package io.gensweep.prompt;

import io.gensweep.job.JobError;

/**
 * Driver. The prompt dataset cannot be used as the job asks. Said before any generation; the
 * command ends with exit code 2.
 */
public final class PromptsError extends JobError {
  private static final long serialVersionUID = 1L;

  /**
   * An error that the user can put right.
   *
   * @param key the job key at fault, such as {@code prompts.path}
   * @param value what the job says there
   * @param remedy what is wrong and what to do
   */
  public PromptsError(String key, String value, String remedy) {
    super(key + ": " + value + ": " + remedy);
  }

  public PromptsError(String key, String value, String remedy, Throwable cause) {
    super(key + ": " + value + ": " + remedy, cause);
  }
}
