package io.gensweep;

import io.gensweep.job.ResolvedJob;

/** Driver. What the command `run` does with a job that is in order. */
@FunctionalInterface
public interface RunCommand {
  /** A {@link io.gensweep.job.JobError} thrown here ends the process as a wrong job does. */
  ExitCode run(ResolvedJob job) throws Exception;
}
