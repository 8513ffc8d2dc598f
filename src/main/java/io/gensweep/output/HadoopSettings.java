package io.gensweep.output;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Driver and executor. The driver's Hadoop configuration, with the settings of {@code --conf
 * spark.hadoop.*}: credentials, endpoints, mount tables. It travels as text, for Hadoop's own class
 * does not, and one that an executor makes for itself knows nothing of the submission.
 */
public final class HadoopSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  private final HashMap<String, String> settings = new HashMap<>();
  // Made on each machine when first asked for.
  private transient Configuration configuration;

  public HadoopSettings(Configuration configuration) {
    for (Map.Entry<String, String> entry : configuration) {
      settings.put(entry.getKey(), entry.getValue());
    }
  }

  public synchronized Configuration configuration() {
    if (configuration == null) {
      configuration = new Configuration(false);
      settings.forEach(configuration::set);
    }
    return configuration;
  }
}
