package io.gensweep.spark.plan;

import io.gensweep.job.DType;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.Numerics;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputError;
import java.time.LocalDateTime;
import java.util.Optional;

/**
 * Driver. Decisions of an earlier run that depended on its cluster and its time, read from its
 * manifest.
 *
 * @param time what a chat template prints as now
 */
public record EarlierRun(Numerics numerics, LocalDateTime time) {

  public static EarlierRun of(Manifest manifest) {
    String time =
        Optional.ofNullable(manifest.versions().get(Versions.TIME))
            .orElseThrow(
                () -> new OutputError("manifest.json", "versions", "it does not name the time"));
    return new EarlierRun(manifest.numerics(), LocalDateTime.parse(time));
  }

  /** Puts the earlier run's dtype in the place of {@code auto}. */
  ModelSpec in(ModelSpec model) {
    return model.dtype() == DType.AUTO
        ? new ModelSpec(model.path(), numerics.dtype(), model.device(), model.maxModelLen())
        : model;
  }

  /**
   * Threads of an engine's operations: those of the earlier run where bits depend on them.
   *
   * @param here as many as suit this cluster
   */
  int threads(int here) {
    return numerics.threads() > 0 ? numerics.threads() : here;
  }
}
