package io.gensweep;

import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Driver. Spark, started with what suits this program. */
final class Session {
  private static final int ATTEMPTS_ON_ONE_MACHINE = 2;
  private static final Duration MASTER_ANSWERS = Duration.ofSeconds(20);
  private static final String STANDALONE = "spark://";

  /** What rows depend on. */
  static final Map<String, String> SETTINGS =
      Map.of(
          // The session's zone decides how dates of the input become text in ids.
          "spark.sql.session.timeZone",
          "UTC",
          // java.sql's classes have no years before Christ and overflow at the ends of Spark's
          // times.
          "spark.sql.datetime.java8API.enabled",
          "true");

  private Session() {}

  /**
   * Starts Spark as spark-submit has been told to.
   *
   * @throws JobError if it cannot be started so
   */
  static SparkSession open(String name) {
    SparkConf conf = defaults();
    String master = conf.get("spark.master", "");
    if (master.startsWith(STANDALONE)) {
      requireMaster(master);
    }
    SETTINGS.forEach(conf::set);
    try {
      return SparkSession.builder().config(conf).appName(name).getOrCreate();
    } catch (Exception e) {
      throw new JobError(
          "Spark cannot be started with --master " + master + ": " + Cause.line(e), e);
    }
  }

  /** Spark would try for a minute, and then fail over something else. */
  private static void requireMaster(String master) {
    List<String> tried = new ArrayList<>();
    for (String address : master.substring(STANDALONE.length()).split(",", -1)) {
      int colon = address.lastIndexOf(':');
      try (Socket socket = new Socket()) {
        int port = Integer.parseInt(address.substring(colon + 1));
        InetSocketAddress place =
            new InetSocketAddress(address.substring(0, Math.max(0, colon)), port);
        if (place.isUnresolved()) {
          throw new IOException("unknown host");
        }
        socket.connect(place, (int) MASTER_ANSWERS.toMillis());
        return;
      } catch (IOException | IllegalArgumentException e) {
        tried.add(address + ": " + e.getMessage());
      }
    }
    throw new JobError(
        "--master "
            + master
            + ": no master answers ("
            + String.join("; ", tried)
            + "); start it, or give the URL that its log tells, such as spark://host:7077");
  }

  /** What suits this job better than Spark's own defaults; what the user has set stays. */
  private static SparkConf defaults() {
    // Prompts are small, so no slot waits for one near their bytes: those of one file all lie on
    // the host that read it, and Spark's default holds the others back for seconds.
    SparkConf conf = new SparkConf().setIfMissing("spark.locality.wait", "0s");
    // A machine with a broken disk, GPU or model fails fast, so it would take each task again and
    // again; but one that failed a few in a long run is not given up.
    if (conf.getInt("spark.task.maxFailures", 4) > ATTEMPTS_ON_ONE_MACHINE) {
      String attempts = Integer.toString(ATTEMPTS_ON_ONE_MACHINE);
      conf.setIfMissing("spark.excludeOnFailure.enabled", "true")
          .setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", attempts)
          .setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", attempts)
          .setIfMissing("spark.excludeOnFailure.stage.maxFailedTasksPerExecutor", "10");
    }
    return conf;
  }
}
