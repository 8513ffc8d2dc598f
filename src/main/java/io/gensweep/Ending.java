package io.gensweep;

import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.spark.run.TooManyFailedRows;
import java.util.List;

/** Driver. How a command that threw ends: the exit code, and the one line that says why. */
record Ending(ExitCode code, String line) {
  static Ending of(Throwable thrown) {
    List<Throwable> chain = Cause.chain(thrown);
    for (Throwable link : chain) {
      if (link instanceof JobError) {
        return new Ending(ExitCode.WRONG_JOB, link.getMessage());
      }
      if (link instanceof TooManyFailedRows) {
        return new Ending(ExitCode.TOO_MANY_FAILED_ROWS, link.getMessage());
      }
    }
    return new Ending(ExitCode.FAILED, "failed: " + Cause.line(thrown) + remedy(chain));
  }

  private static String remedy(List<Throwable> chain) {
    return chain.stream().anyMatch(OutOfMemoryError.class::isInstance)
        ? "; raise --driver-memory and --executor-memory (with jobs/run GENSWEEP_MEMORY)"
        : "";
  }
}
