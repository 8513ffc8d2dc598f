package io.gensweep.model;

import java.util.Locale;
import java.util.Optional;

/** Plain Java. Models as the benchmark wants them. */
public final class BenchModel {
  private BenchModel() {}

  /**
   * Loads the model.
   *
   * @param computes a name of {@link Backend} in lower case, for a CPU, or cuda:N for the kernels
   *     on that GPU; what a job on a CPU has if there is none
   */
  public static ModelRunner load(
      ModelFolder folder, DecoderSettings settings, Optional<String> computes) {
    if (computes.isEmpty()) {
      return DecoderLoader.load(folder, settings);
    }
    String name = computes.get();
    return name.startsWith("cuda:")
        ? DecoderLoader.load(folder, settings.on(name), Backend.CUDA)
        : DecoderLoader.load(folder, settings, Backend.valueOf(name.toUpperCase(Locale.ROOT)));
  }
}
