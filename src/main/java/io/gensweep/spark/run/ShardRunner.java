package io.gensweep.spark.run;

import io.gensweep.job.OutputSpec;
import io.gensweep.output.FailedRows;
import io.gensweep.output.ShardCommit;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.task.ShardTask;
import io.gensweep.spark.task.Totals;
import java.io.IOException;
import java.io.PrintStream;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. Runs the Spark job that makes the missing shards, prints its progress, and stops it as
 * soon as it is certain that too many rows failed.
 */
final class ShardRunner {
  private static final Pattern LOCAL_ATTEMPTS = Pattern.compile("local\\[.*, *([0-9]+)\\]");

  private final SparkSession spark;
  private final OutputSpec output;
  private final ShardCommit commit;
  private final long wanted;
  private final PrintStream out;
  private volatile boolean stopped;

  /**
   * @param wanted rows of the whole output, those that are there included
   */
  ShardRunner(
      SparkSession spark, OutputSpec output, ShardCommit commit, long wanted, PrintStream out) {
    this.spark = spark;
    this.output = output;
    this.commit = commit;
    this.wanted = wanted;
    this.out = out;
  }

  /**
   * @param prompts in one partition for each shard
   * @throws TooManyFailedRows also if those of earlier runs alone are too many
   */
  void make(JavaRDD<Row> prompts, ShardTask<?> generate, Totals totals) throws IOException {
    long failedBefore = FailedRows.of(spark, commit).total();
    if (tooMany(failedBefore)) {
      throw failure();
    }
    SparkContext context = spark.sparkContext();
    String group = "gensweep-" + UUID.randomUUID();
    TaskWatch watch =
        new TaskWatch(
            totals,
            ended -> {
              if (!stopped && tooMany(failedBefore + ended.failed())) {
                stopped = true;
                context.cancelJobGroup(group);
              }
            },
            line -> out.println("gensweep: " + line),
            attempts(context));
    long left = wanted - failedBefore - commit.rows(spark);
    context.addSparkListener(watch);
    context.setJobGroup(group, "generate", false);
    boolean cancelled = false;
    try (Progress progress = new Progress(watch::now, prompts.getNumPartitions(), left, out)) {
      prompts.foreachPartition(generate);
    } catch (Exception e) {
      if (!stopped && e.getCause() == null && watch.failure().isPresent()) {
        // Spark gave up for want of executors that may try again, and tells no cause.
        throw new IllegalStateException(e.getMessage(), watch.failure().get());
      }
      if (!stopped) {
        throw e;
      }
      cancelled = true;
    } finally {
      context.clearJobGroup();
      context.removeSparkListener(watch);
      if (context.isLocal()) {
        LoadedModel.closeAll();
      }
    }
    // Outside the group, whose jobs are cancelled.
    if (cancelled) {
      throw failure();
    }
  }

  /**
   * Attempts that Spark gives a task; local mode has them in {@code local[threads, attempts]} and
   * ignores the setting.
   */
  private static int attempts(SparkContext context) {
    Matcher local = LOCAL_ATTEMPTS.matcher(context.master());
    if (local.matches()) {
      return Integer.parseInt(local.group(1));
    }
    return context.isLocal() ? 1 : context.getConf().getInt("spark.task.maxFailures", 4);
  }

  private boolean tooMany(long failed) {
    return failed > 0 && (double) failed / wanted > output.maxFailedFraction();
  }

  private TooManyFailedRows failure() throws IOException {
    FailedRows failed = FailedRows.of(spark, commit);
    return new TooManyFailedRows(
        "stopped: %,d of %,d rows failed (%s), more than output.max_failed_fraction %s allows; %s/errors tells of each. The shards that are done stay: raise output.max_failed_fraction to go on"
            .formatted(failed.total(), wanted, failed, output.maxFailedFraction(), output.path()));
  }
}
