package io.gensweep.job;

import static io.gensweep.job.Rules.requireNoHome;
import static io.gensweep.sampling.Checks.require;

import java.io.Serializable;
import java.util.Optional;

/**
 * Where the output goes, and when a run counts as failed.
 *
 * @param maxFailedFraction the share of rows, 0 to 1, that may fail
 */
public record OutputSpec(String path, IfExists ifExists, double maxFailedFraction)
    implements Serializable {
  public OutputSpec {
    require(path != null && !path.isBlank(), "path is required: a folder to write to");
    requireNoHome("path", Optional.of(path));
    require(
        maxFailedFraction >= 0 && maxFailedFraction <= 1,
        "max_failed_fraction must be in [0, 1], was " + maxFailedFraction);
  }
}
