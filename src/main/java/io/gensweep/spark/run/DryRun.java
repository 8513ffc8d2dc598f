package io.gensweep.spark.run;

import static org.apache.spark.sql.functions.lit;

import io.gensweep.job.JobSpec;
import io.gensweep.job.SweepPoint;
import io.gensweep.model.CacheLayout;
import io.gensweep.prompt.CountedPrompts;
import io.gensweep.prompt.JobDescription;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.prompt.ShardAssignment;
import io.gensweep.prompt.ShardPartitions;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.plan.RunPlan;
import io.gensweep.spark.task.GenerationWork;
import io.gensweep.spark.task.SpeedSample;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. Prints what a run would do: sizes from the job and the model's config, and a time
 * estimated from the speed of one executor on a sample of the prompts ({@link SpeedSample}).
 */
final class DryRun {
  private final JobSpec job;
  private final ModelPlan model;
  private final RunPlan run;
  private final CountedPrompts prompts;
  private final PrintStream out;

  DryRun(ModelPlan model, RunPlan run, PrintStream out) {
    this.job = run.work().plan().job();
    this.model = model;
    this.run = run;
    this.prompts = run.prompts();
    this.out = out;
  }

  void print(SparkSession spark) throws IOException {
    SpeedSample speed = sample(spark);
    int engines = engines(spark.sparkContext());
    int shards = run.manifest().layout().shards();
    int done = run.commit().done().size();
    List<SweepPoint> points = job.sweep().points();
    double promptTokens = speed.promptTokens() * prompts.size();
    double most = job.sweep().mostTokens() * prompts.size();
    double left = (double) (shards - done) / shards;
    double seconds =
        left * (promptTokens / speed.prefillPerSecond() + most / speed.decodePerSecond()) / engines;

    say("gensweep: dry run of %s, nothing is written%n", job.name());
    line(
        "prompts",
        "%,d, about %,.0f tokens (%.1f each, by %d of them)",
        prompts.size(),
        promptTokens,
        speed.promptTokens(),
        speed.prompts());
    line("rows", "%,d: prompts x sweep points (%,d) x samples", run.rows(), points.size());
    line("tokens", "at most %,.0f to generate", most);
    line("shards", "%,d, of them %,d done", shards, done);
    line(
        "model",
        "%s in %s, %.1f MiB on disk, max_batch %d, %d threads",
        model.decoder().dtype().name().toLowerCase(Locale.ROOT),
        job.model().path(),
        mebi(weightBytes()),
        speed.maxBatch(),
        model.decoder().threads());
    line("KV cache", "%.1f KiB a token, %s", tokenBytes() / 1024.0, kvCache(points, speed));
    line("executors", "%d with an engine each", engines);
    line(
        "measured",
        "prefill %,.0f tokens/s, decode %,.0f tokens/s with %d sequences together",
        speed.prefillPerSecond(),
        speed.decodePerSecond(),
        speed.batch());
    line(
        "time",
        "%s, if every continuation runs to max_tokens; loading the model takes %.1f s more",
        Progress.time(seconds),
        speed.loadSeconds());
  }

  private SpeedSample sample(SparkSession spark) {
    // One partition of one shard: one task on one executor.
    int most = model.decoder().maxBatch();
    JavaRDD<Row> some =
        ShardPartitions.of(
            run.shards().prompts().limit(most).withColumn(PromptColumns.SHARD, lit(0)),
            new ShardAssignment(new double[1], List.of()));
    try {
      return JobDescription.during(
          spark,
          "dry run: speed of one executor",
          () ->
              some.mapPartitions(new SpeedSample.Task(new GenerationWork(run.work().plan())))
                  .first());
    } finally {
      if (spark.sparkContext().isLocal()) {
        LoadedModel.closeAll();
      }
    }
  }

  private String kvCache(List<SweepPoint> points, SpeedSample speed) {
    int longest = points.stream().mapToInt(p -> p.sampling().maxTokens()).max().orElse(0);
    int most = model.decoder().maxModelLen();
    int tokens = (int) Math.min(most, (long) speed.longestPrompt() + longest);
    double each =
        CacheLayout.of(model.folder().spec(), most).sequenceBytes(tokens, model.decoder().dtype());
    return String.format(
        Locale.ROOT,
        "%.1f MiB for a sequence of %,d, %.1f MiB for %d of them",
        mebi(each),
        tokens,
        mebi(each * speed.maxBatch()),
        speed.maxBatch());
  }

  private double tokenBytes() {
    return model.folder().spec().kvBytesPerToken(model.decoder().dtype());
  }

  private double weightBytes() {
    double bytes = 0;
    for (Path file : model.folder().weightFiles()) {
      try {
        bytes += Files.size(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  /** Counts the executors that are running now; a cluster that grows on demand will be faster. */
  private static int engines(SparkContext context) {
    return Math.max(1, context.statusTracker().getExecutorInfos().length - 1);
  }

  private static double mebi(double bytes) {
    return bytes / (1 << 20);
  }

  private void line(String name, String format, Object... values) {
    say("  %-10s %s%n", name, String.format(Locale.ROOT, format, values));
  }

  private void say(String format, Object... values) {
    out.printf(Locale.ROOT, format, values);
  }
}
