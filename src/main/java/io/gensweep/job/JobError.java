package io.gensweep.job;

/**
 * Thrown when the job file, the arguments or the model are wrong in a way that the user can fix.
 *
 * <p>The message is one line that names the key, the value and what is allowed.
 */
public class JobError extends RuntimeException {
  public JobError(String message) {
    super(oneLine(message));
  }

  public JobError(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** {@code place} says where the value stands, such as {@code jobs/x.yaml:7} or {@code --set}. */
  static JobError at(String place, String message) {
    return new JobError(place + ": " + message);
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\R", "\\\\n");
  }
}
