package io.gensweep;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Command;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.RunOptions;
import io.gensweep.report.RunSummary;
import io.gensweep.spark.run.GenerationJob;
import io.gensweep.spark.run.ReportJob;
import io.gensweep.spark.run.VerifyJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/** Driver. The program, once {@link Main} has found that this machine can run it. */
public final class Driver {
  private Driver() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments).code());
  }

  /** Carries out one command; Spark is started for it, and stopped. */
  static ExitCode execute(String... arguments) {
    Logs.quieten();
    Interruption interruption = Interruption.watch(System.err);
    ExitCode code =
        new Cli(
                (command, job, options) ->
                    interruption.during(
                        () -> {
                          if (!options.dryRun()) {
                            interruption.writing();
                          }
                          return run(command, job, options);
                        }),
                (output, fraction) -> interruption.during(() -> verify(output, fraction)),
                (outputs, sets) -> interruption.during(() -> report(outputs, sets)),
                FileAccess::submitted)
            .execute(
                new PrintWriter(System.out, true, Charset.defaultCharset()),
                new PrintWriter(System.err, true, Charset.defaultCharset()),
                arguments);
    interruption.over();
    return code;
  }

  private static ExitCode run(Command command, ResolvedJob job, RunOptions options)
      throws IOException {
    try (SparkSession spark = Session.open(job.spec().name())) {
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
    try (SparkSession spark = Session.open("verify " + output)) {
      return VerifyJob.run(output, fraction, spark, System.out) ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private static ExitCode report(List<String> outputs, List<String> sets) throws IOException {
    try (SparkSession spark = Session.open("report " + String.join(" ", outputs))) {
      ReportJob.run(outputs, sets, spark, System.out);
      return ExitCode.DONE;
    }
  }
}
