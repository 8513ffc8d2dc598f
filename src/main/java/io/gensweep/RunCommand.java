package io.gensweep;

import io.gensweep.job.Command;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.RunOptions;

/** Driver. What a command does with a job that is in order. */
@FunctionalInterface
public interface RunCommand {
  /** A {@link io.gensweep.job.JobError} thrown here ends the process as a wrong job does. */
  ExitCode run(Command command, ResolvedJob job, RunOptions options) throws Exception;
}
