package io.gensweep.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;

/** Driver and executor. Which DJL and libtorch a JVM computes with. */
public final class TorchVersions {
  private static final String CLASS_PATH = "/native/lib/pytorch.properties";

  private TorchVersions() {}

  public static String djl() {
    return Engine.getDjlVersion();
  }

  /**
   * Loads libtorch, for only then it is known which: the version and flavor of the class path's
   * libtorch, or, where the environment or the library path names another one, its version and
   * folder.
   */
  static String libtorch() {
    Properties properties = new Properties();
    try (InputStream in = TorchVersions.class.getResourceAsStream(CLASS_PATH)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    TorchEnvironment.prepare();
    Path folder = Path.of(LibUtils.getLibtorchPath());
    String version = properties.getProperty("version", "none");
    String flavor = properties.getProperty("flavor", "");
    // DJL unpacks that of the class path into a folder named by version, flavor and system.
    return folder.getFileName().toString().startsWith(version + "-" + flavor)
        ? version + " " + flavor
        : LibUtils.getVersion() + " in " + folder;
  }
}
