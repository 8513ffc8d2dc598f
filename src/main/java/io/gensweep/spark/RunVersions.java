package io.gensweep.spark;

import io.gensweep.job.DType;
import io.gensweep.job.ModelSpec;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputError;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.Optional;

/**
 * Driver. What a run's driver decided by where and when it ran, as its manifest tells.
 *
 * @param dtype never auto
 * @param threads of an engine's operations
 * @param time what a chat template prints as now
 */
record RunVersions(String dtype, int threads, LocalDateTime time) {

  static RunVersions of(Manifest manifest) {
    return new RunVersions(
        value(manifest, Versions.DTYPE),
        Integer.parseInt(value(manifest, Versions.THREADS)),
        LocalDateTime.parse(value(manifest, Versions.TIME)));
  }

  /** A model whose type is settled, where the job leaves it to the machine. */
  ModelSpec in(ModelSpec model) {
    return model.dtype() == DType.AUTO
        ? new ModelSpec(
            model.path(),
            DType.valueOf(dtype.toUpperCase(Locale.ROOT)),
            model.device(),
            model.maxModelLen())
        : model;
  }

  private static String value(Manifest manifest, String name) {
    return Optional.ofNullable(manifest.versions().get(name))
        .orElseThrow(
            () -> new OutputError("manifest.json", "versions", "it does not name the " + name));
  }
}
