package io.gensweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.files.FileAccess;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.ResolvedJob;
import io.gensweep.output.OutputKind;
import io.gensweep.prompt.Globs;
import io.gensweep.report.RunSummary;
import io.gensweep.spark.plan.JobReader;
import io.gensweep.spark.run.GenerationJob;
import io.gensweep.spark.run.TooManyFailedRows;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. A job that another Spark program runs in its own session: what the command line does with
 * a job file and {@code --set}, with the rows as a dataset. The job's lines go to System.err.
 *
 * @param file the job file: a path, or any Hadoop URI
 * @param sets {@code key=value}, over the file's own
 */
public record Job(String file, List<String> sets) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Job {
    sets = List.copyOf(sets);
  }

  /** The job of a file. */
  public static Job read(String file) {
    return new Job(file, List.of());
  }

  /**
   * The same job with another value of a key.
   *
   * @param key its dotted path, such as {@code sampling.temperature}
   * @param value a text, number, boolean, list or map
   */
  public Job set(String key, Object value) {
    try {
      String set = key + "=" + JSON.writeValueAsString(value);
      return new Job(file, Stream.concat(sets.stream(), Stream.of(set)).toList());
    } catch (JsonProcessingException e) {
      throw new JobError(key + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Generates what is missing of the output.
   *
   * @return all completions of the output
   * @throws JobError before any task, if the job, the model or the dataset is wrong
   * @throws TooManyFailedRows if more rows failed than {@code output.max_failed_fraction}
   */
  public Dataset<Row> run(SparkSession spark) throws IOException {
    return rows(Command.RUN, spark);
  }

  /** Scores the texts that the job names, and returns all scores of the output. */
  public Dataset<Row> score(SparkSession spark) throws IOException {
    return rows(Command.SCORE, spark);
  }

  private Dataset<Row> rows(Command command, SparkSession spark) throws IOException {
    ResolvedJob job = JobReader.read(file, sets, FileAccess.of(spark));
    SparkSession own = spark.newSession();
    Session.SETTINGS.forEach((key, value) -> own.conf().set(key, value));
    RunSummary summary = GenerationJob.run(command, job, false, own, System.err);
    double failed = summary.failedFraction();
    double most = job.spec().output().maxFailedFraction();
    if (failed > most) {
      throw new TooManyFailedRows(
          "%s of the rows failed, more than output.max_failed_fraction %s; %s/errors tells of each"
              .formatted(failed, most, job.spec().output().path()));
    }
    return spark
        .read()
        .parquet(
            Globs.literal(job.spec().output().path())
                + "/"
                + OutputKind.of(command, job.spec()).folder());
  }
}
