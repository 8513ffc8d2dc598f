package io.gensweep.model;

/** Plain Java. Models as the benchmark wants them. */
public final class BenchModel {
  private BenchModel() {}

  /**
   * Loads the model for a CPU.
   *
   * @param plain whether products are libtorch's own, which round by the number of rows
   */
  public static ModelRunner load(ModelFolder folder, DecoderSettings settings, boolean plain) {
    return plain
        ? DecoderLoader.load(folder, settings, Backend.PLAIN)
        : DecoderLoader.load(folder, settings);
  }
}
