package io.gensweep.model;

import ai.djl.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/** Driver. Which DJL and libtorch the class path has; neither is loaded to find out. */
public final class TorchVersions {
  private static final String LIBTORCH = "/native/lib/pytorch.properties";

  private TorchVersions() {}

  public static Map<String, String> here() {
    Properties libtorch = new Properties();
    try (InputStream in = TorchVersions.class.getResourceAsStream(LIBTORCH)) {
      if (in != null) {
        libtorch.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "djl",
        Engine.getDjlVersion(),
        "libtorch",
        libtorch.getProperty("version", "not told") + " " + libtorch.getProperty("flavor", ""));
  }
}
