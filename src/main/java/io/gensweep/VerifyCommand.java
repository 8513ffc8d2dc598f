package io.gensweep;

/** Driver. What the command `verify` does. */
@FunctionalInterface
public interface VerifyCommand {
  /**
   * A {@link io.gensweep.job.JobError} thrown here says that there is nothing to verify.
   *
   * @return DONE if every row is the same, FAILED if not
   */
  ExitCode verify(String output, double fraction) throws Exception;
}
