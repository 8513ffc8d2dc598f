package io.gensweep.spark.plan;

import io.gensweep.job.DType;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.Numerics;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputError;
import java.time.LocalDateTime;
import java.util.Optional;

/**
 * Driver. What a run's driver decided by where and when it ran, as its manifest tells.
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

  /** A model whose type is settled, where the job leaves it to the machine. */
  ModelSpec in(ModelSpec model) {
    return model.dtype() == DType.AUTO
        ? new ModelSpec(model.path(), numerics.dtype(), model.device(), model.maxModelLen())
        : model;
  }

  /**
   * Threads of an engine's operations: the same again where bits depend on them.
   *
   * @param here as many as suit this cluster
   */
  int threads(int here) {
    return numerics.threads() > 0 ? numerics.threads() : here;
  }
}
