package io.gensweep;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Properties;

/**
 * Driver. What spark-submit starts: looks whether this Java and this class path can run the
 * program, says in one line if not, and hands over to {@link Driver}.
 *
 * <p>Compiled for Java 8, without the classes that are not, so that an older Java loads it.
 */
public final class Main {
  static final int OLDEST_JAVA = 17;

  /** The last in which Spark and its Hadoop find the caller's identity. */
  static final int NEWEST_JAVA = 22;

  private static final String SPARK = "org.apache.spark.sql.SparkSession";

  /** In a jar of each Spark since 2.0, with its version. */
  private static final String SPARK_VERSION = "/spark-version-info.properties";

  /** {@link ExitCode#WRONG_JOB}, which an older Java cannot load. */
  private static final int WRONG = 2;

  private Main() {}

  public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
    String refusal =
        refusal(System.getProperty("java.specification.version"), System.getProperty("java.home"));
    if (refusal.isEmpty() && !isThere(SPARK)) {
      refusal =
          "Spark is not on the class path; start the program with spark-submit gensweep.jar, or"
              + " ./jobs/run in its source";
    }
    if (refusal.isEmpty()) {
      refusal = sparkRefusal(sparkVersion());
    }
    if (!refusal.isEmpty()) {
      System.err.println("gensweep: " + refusal);
      System.exit(WRONG);
    }
    try {
      Class.forName("io.gensweep.Driver")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * What is said of a Java that cannot run the program; "" of one that can.
   *
   * @param version such as 1.8 or 17
   * @param home its folder
   */
  static String refusal(String version, String home) {
    String feature = version.startsWith("1.") ? version.substring(2) : version;
    int number = Integer.parseInt(feature);
    if (number >= OLDEST_JAVA && number <= NEWEST_JAVA) {
      return "";
    }
    return "JAVA_HOME: the Java in "
        + home
        + " is version "
        + number
        + ", and Spark with this program needs "
        + OLDEST_JAVA
        + " to "
        + NEWEST_JAVA
        + "; set JAVA_HOME to a JDK 17";
  }

  /**
   * What is said of a Spark that the program does not run on; "" of one that it does.
   *
   * @param version such as 3.5.8; "" if it is not known
   */
  static String sparkRefusal(String version) {
    if (version.isEmpty() || version.startsWith("3.5.") || version.startsWith("4.")) {
      return "";
    }
    return "SPARK_HOME: this is Spark "
        + version
        + ", and the program needs Spark 3.5 or 4; start it with the spark-submit of one of them";
  }

  private static String sparkVersion() throws IOException {
    Properties versions = new Properties();
    try (InputStream file = Main.class.getResourceAsStream(SPARK_VERSION)) {
      if (file != null) {
        versions.load(file);
      }
    }
    return versions.getProperty("version", "");
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name, false, Main.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
