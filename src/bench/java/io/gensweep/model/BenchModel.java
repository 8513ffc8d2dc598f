package io.gensweep.model;

import java.util.Locale;
import java.util.Optional;

/** Plain Java. Models as the benchmark wants them. */
public final class BenchModel {
  private BenchModel() {}

  /**
   * Loads the model for a CPU.
   *
   * @param backend a name of {@link Backend} in lower case; that of a job if there is none
   */
  public static ModelRunner load(
      ModelFolder folder, DecoderSettings settings, Optional<String> backend) {
    return backend
        .map(name -> Backend.valueOf(name.toUpperCase(Locale.ROOT)))
        .map(each -> DecoderLoader.load(folder, settings, each))
        .orElseGet(() -> DecoderLoader.load(folder, settings));
  }
}
