package io.gensweep;

import io.gensweep.job.Command;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.RunOptions;
import io.gensweep.report.RunSummary;
import io.gensweep.spark.GenerationJob;
import io.gensweep.spark.HadoopTexts;
import io.gensweep.spark.VerifyJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Driver. What spark-submit starts. */
public final class Main {
  private static final int ATTEMPTS_ON_ONE_MACHINE = 2;

  private Main() {}

  public static void main(String[] arguments) {
    ExitCode code =
        new Cli(Main::run, Main::verify, HadoopTexts::read)
            .execute(
                new PrintWriter(System.out, true, Charset.defaultCharset()),
                new PrintWriter(System.err, true, Charset.defaultCharset()),
                arguments);
    System.exit(code.code());
  }

  private static ExitCode run(Command command, ResolvedJob job, RunOptions options)
      throws IOException {
    try (SparkSession spark = session(job.spec().name())) {
      if (options.dryRun()) {
        GenerationJob.dryRun(job, spark, System.out);
        return ExitCode.DONE;
      }
      RunSummary summary =
          GenerationJob.run(command, job, options.retryFailed(), spark, System.out);
      System.out.printf(
          Locale.ROOT,
          "gensweep: done in %.1f s: %s; %s%n",
          summary.wallSeconds(),
          summary,
          job.spec().output().path());
      return summary.failedFraction() > job.spec().output().maxFailedFraction()
          ? ExitCode.TOO_MANY_FAILED_ROWS
          : ExitCode.DONE;
    }
  }

  private static ExitCode verify(String output, double fraction) throws IOException {
    try (SparkSession spark = session("verify " + output)) {
      return VerifyJob.run(output, fraction, spark, System.out) ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private static SparkSession session(String name) {
    return SparkSession.builder()
        .config(defaults())
        .appName(name)
        // The session's zone decides how dates of the input become text in ids.
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate();
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
