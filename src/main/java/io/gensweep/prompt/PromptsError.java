package io.gensweep.prompt;

import io.gensweep.job.JobError;

/**
 * Driver. Thrown before any generation when the prompt dataset cannot be used; the command ends
 * with exit code 2.
 */
public final class PromptsError extends JobError {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an error that the user can fix.
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
