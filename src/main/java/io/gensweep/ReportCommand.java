package io.gensweep;

import java.util.List;

/** Driver. What the command `report` does. */
@FunctionalInterface
public interface ReportCommand {
  /**
   * A {@link io.gensweep.job.JobError} thrown here says that there is nothing to report on.
   *
   * @param sets {@code evaluate.key=value}
   */
  ExitCode report(List<String> outputs, List<String> sets) throws Exception;
}
