package io.gensweep.spark;

import io.gensweep.model.CpuFeatures;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.TorchVersions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** Driver. What the values of a run may depend on, for the manifest. */
final class Versions {
  static final String CPU = "cpu";
  static final String DTYPE = "dtype";
  static final String THREADS = "threads";
  static final String TIME = "time";

  private Versions() {}

  /**
   * By name, all but the time.
   *
   * @param decoder as the driver decided it
   */
  static Map<String, String> here(SparkSession spark, DecoderSettings decoder) {
    Map<String, String> versions = new TreeMap<>(TorchVersions.here());
    versions.put(
        "gensweep",
        Optional.ofNullable(Versions.class.getPackage().getImplementationVersion())
            .orElse("build"));
    versions.put("spark", spark.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    versions.put(CPU, CpuFeatures.here().capability());
    versions.put(DTYPE, decoder.dtype().toString());
    versions.put(THREADS, Integer.toString(decoder.threads()));
    return versions;
  }
}
