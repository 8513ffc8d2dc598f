package io.gensweep.spark;

import io.gensweep.model.CpuFeatures;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** Driver. What the values of a run may depend on, for the manifest. */
final class Versions {
  private Versions() {}

  static Map<String, String> here(SparkSession spark) {
    Map<String, String> versions = new TreeMap<>();
    versions.put(
        "gensweep",
        Optional.ofNullable(Versions.class.getPackage().getImplementationVersion())
            .orElse("build"));
    versions.put("spark", spark.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    versions.put("cpu", CpuFeatures.here().capability());
    return versions;
  }
}
