package io.gensweep;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.spark.internal.Logging$;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. What Spark and Hadoop say beside the program's own lines, by conf/log4j2.properties,
 * unless the user has rules of their own.
 */
final class Logs {
  private static final String OURS = "gensweep";
  private static final String SPARKS = "org/apache/spark/log4j2-defaults.properties";

  private Logs() {}

  /** Puts the program's rules in the place of Spark's defaults; a user's own stay. */
  static void quieten() {
    LoggerContext context = context();
    if (Trace.isAskedFor() || !isDefault(context.getConfiguration())) {
      return;
    }
    try {
      URI rules = Logs.class.getResource("log4j2.properties").toURI();
      // spark-submit has noted that Spark's defaults hold, and Spark 4 would put them back.
      Logging$.MODULE$.org$apache$spark$internal$Logging$$defaultSparkLog4jConfig_$eq(false);
      context.setConfigLocation(rules);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar's own place is no URI", e);
    }
  }

  /** From here on nothing of what Spark says is news: it is being stopped. */
  static void end() {
    if (context().getConfiguration().getName().equals(OURS)) {
      Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
    }
  }

  private static boolean isDefault(Configuration configuration) {
    String place = String.valueOf(configuration.getConfigurationSource().getLocation());
    return configuration instanceof DefaultConfiguration || place.endsWith(SPARKS);
  }

  /** The one that Spark's classes log to. */
  private static LoggerContext context() {
    return (LoggerContext) LogManager.getContext(SparkSession.class.getClassLoader(), false);
  }
}
