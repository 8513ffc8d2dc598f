package io.gensweep.job;

import io.gensweep.sampling.Checks;

/**
 * Options of the command line that are not part of the job.
 *
 * @param dryRun tell the plan and write nothing
 * @param retryFailed make the shards again that have failed rows
 */
public record RunOptions(boolean dryRun, boolean retryFailed) {
  public static final RunOptions NONE = new RunOptions(false, false);

  public RunOptions {
    Checks.require(
        !(dryRun && retryFailed), "--dry-run makes nothing: leave out --dry-run or --retry-failed");
  }
}
