package io.gensweep.spark.plan;

import io.gensweep.model.TorchVersions;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** Driver. Versions of the software that makes the rows, for the manifest. */
public final class Versions {
  public static final String TIME = "time";

  private Versions() {}

  /**
   * Versions by name, without the time.
   *
   * @param planned for all executors
   */
  public static SortedMap<String, String> here(SparkSession spark, NumericsPlan planned) {
    SortedMap<String, String> versions = new TreeMap<>();
    versions.put("djl", TorchVersions.djl());
    versions.put(
        "gensweep",
        Optional.ofNullable(Versions.class.getPackage().getImplementationVersion())
            .orElse("build"));
    versions.put("spark", spark.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    if (!planned.drivers().isEmpty()) {
      versions.put("nvidia_driver", String.join("; ", planned.drivers()));
    }
    return versions;
  }
}
