package io.gensweep.spark.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.ResolvedJob;
import io.gensweep.model.ModelFolder;
import io.gensweep.output.FailedRows;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputLock;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.ShardAssignment;
import io.gensweep.prompt.ShardLayout;
import io.gensweep.prompt.ShardPartitions;
import io.gensweep.report.EngineReport;
import io.gensweep.report.RunSummary;
import io.gensweep.spark.evaluate.Evaluation;
import io.gensweep.spark.plan.EarlierRun;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.plan.RunPlan;
import io.gensweep.spark.task.SamplingTokens;
import io.gensweep.spark.task.ShardTask;
import io.gensweep.spark.task.Totals;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Driver. Runs the command run or score, from a resolved job to {@code _SUCCESS}: plans, writes the
 * manifest, lets the executors make the missing shards, and writes the metrics.
 */
public final class GenerationJob {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationJob.class);

  private final ArrayNode settings;
  private final Command command;
  private final JobSpec job;
  private final SparkSession spark;
  private final FileAccess access;
  private final PrintStream out;
  private final String outputPath;
  private final long start = System.nanoTime();
  private final Instant startedAt = Instant.now();

  private GenerationJob(
      Command command, ResolvedJob resolved, SparkSession spark, PrintStream out) {
    this.command = command;
    this.settings = resolved.resolved(command);
    this.job = resolved.spec();
    this.spark = spark;
    this.access = FileAccess.of(spark);
    this.out = out;
    this.outputPath = qualified(job.output().path(), "output.path", access);
  }

  /** Makes a path absolute, since executors have working directories of their own. */
  static String qualified(String path, String key, FileAccess access) {
    try {
      Path place = new Path(path);
      return access.fileSystem(place).makeQualified(place).toString();
    } catch (IOException | RuntimeException e) {
      throw new JobError(key + ": " + path + " is no place to write to: " + Cause.line(e), e);
    }
  }

  /**
   * Runs the job on this session's cluster.
   *
   * @param retryFailed whether shards with failed rows are made again
   * @return what happened; whether too many rows failed is the caller's to judge
   * @throws TooManyFailedRows as soon as that is certain, if it is before the last shard
   * @throws JobError before any generation, if something is wrong that the user can put right
   */
  public static RunSummary run(
      Command command,
      ResolvedJob resolved,
      boolean retryFailed,
      SparkSession spark,
      PrintStream out)
      throws IOException {
    return new GenerationJob(command, resolved, spark, out).run(retryFailed);
  }

  /**
   * Prints what {@link #run} would do, and how long it may take.
   *
   * @throws JobError as {@link #run} does
   */
  public static void dryRun(ResolvedJob resolved, SparkSession spark, PrintStream out)
      throws IOException {
    GenerationJob job = new GenerationJob(Command.RUN, resolved, spark, out);
    ModelPlan model = job.model();
    RunPlan plan = job.plan(model);
    plan.close();
    Evaluation.check(job.job.evaluate(), plan.columns(), spark);
    new DryRun(model, plan, out).print(spark);
  }

  private RunSummary run(boolean retryFailed) throws IOException {
    ModelPlan model = model();
    OutputLock lock = OutputLock.acquire(outputPath, access, this::lockLost);
    try {
      RunPlan plan = plan(model);
      try (plan) {
        lock.requireHeld();
        Evaluation.check(job.evaluate(), plan.columns(), spark);
        begin(plan);
      }
      return generate(plan, lock, retryFailed);
    } finally {
      lock.close();
    }
  }

  private void begin(RunPlan plan) throws IOException {
    plan.output().clear(job.output().ifExists());
    if (plan.shards().unrecorded().isPresent()) {
      int batch = plan.manifest().layout().batches().size() - 1;
      plan.ledger().write(batch, plan.shards().unrecorded().get());
    }
    plan.output().write(plan.manifest());
    if (command == Command.RUN) {
      plan.output().write(job.sweep());
    }
  }

  private void lockLost() {
    out.printf("gensweep: another run took over %s, this one ends%n", job.output().path());
    spark.sparkContext().cancelAllJobs();
  }

  private RunPlan plan(ModelPlan model) throws IOException {
    return RunPlan.of(command, job, settings, outputPath, model, spark);
  }

  private ModelPlan model() throws IOException {
    // A resumed run keeps what the first decided: bits of a row may depend on it.
    Optional<EarlierRun> earlier =
        new OutputFolder(outputPath, access).check(job.output().ifExists()).map(EarlierRun::of);
    if (command == Command.RUN) {
      // Before any executor is asked.
      ModelFolder folder = ModelPlan.open(job.model(), access);
      int longest = job.model().maxModelLen().orElse(folder.spec().maxPositions());
      SamplingTokens.check(job.sweep(), folder, longest);
    }
    ModelPlan model = ModelPlan.of(job.model(), job.engine(), earlier, spark);
    model.warnings().forEach(line -> out.println("gensweep: warning: " + line));
    model.planned().others().forEach(line -> out.println("gensweep: " + line));
    return model;
  }

  private RunSummary generate(RunPlan plan, OutputLock lock, boolean retryFailed)
      throws IOException {
    ShardLayout layout = plan.manifest().layout();
    ShardCommit commit = plan.commit();
    if (retryFailed) {
      out.printf(Locale.ROOT, "gensweep: %,d shards have failed rows%n", commit.reopenFailed());
    }
    ShardAssignment assignment =
        new ShardAssignment(plan.ledger().costs(spark, layout), commit.done());
    Totals totals = new Totals(spark.sparkContext());
    int missing = assignment.numPartitions();
    out.printf(
        Locale.ROOT,
        "gensweep: %,d prompts, %,d %s, %,d of %,d shards to do%n",
        plan.prompts().size(),
        plan.rows(),
        plan.work().kind().folder(),
        missing,
        layout.shards());
    if (plan.shards().appended() > 0) {
      out.printf(
          Locale.ROOT, "gensweep: %,d of the prompts were appended%n", plan.shards().appended());
    }
    LOG.info("numerics: {}", plan.manifest().numericsText());
    lock.requireHeld();
    if (missing > 0) {
      new ShardRunner(spark, job.output(), commit, plan.rows(), out)
          .make(
              ShardPartitions.of(plan.shards().prompts(), assignment),
              new ShardTask<>(plan.work(), assignment, commit, totals),
              totals);
    }
    FailedRows failed = FailedRows.of(spark, commit);
    if (failed.total() > 0) {
      out.printf(
          Locale.ROOT,
          "gensweep: %,d of %,d rows failed: %s; %s/errors tells of each%n",
          failed.total(),
          plan.rows(),
          failed,
          job.output().path());
    }
    RunSummary summary = summary(plan, commit.rows(spark), totals);
    lock.requireHeld();
    plan.output().write(plan.manifest().withCounts(summary.counts()));
    plan.output().writeMetrics(summary.json());
    if (command == Command.RUN) {
      ReportJob.afterRun(plan.output(), plan.manifest(), job, spark, out);
    }
    plan.output().succeed();
    return summary;
  }

  private RunSummary summary(RunPlan plan, long completions, Totals totals) {
    return new RunSummary(
        OutputKind.of(command, job),
        plan.prompts().size(),
        completions,
        plan.rows() - completions,
        totals.promptTokens(),
        totals.generatedTokens(),
        (System.nanoTime() - start) / 1e9,
        startSeconds(totals.engines()),
        totals.engines().stream().mapToDouble(EngineReport::loadSeconds).max().orElse(0),
        totals.work(),
        totals.engines().stream()
            .sorted(
                Comparator.comparing(EngineReport::executor)
                    .thenComparing(EngineReport::device)
                    .thenComparing(EngineReport::loadedAt))
            .toList());
  }

  private double startSeconds(List<EngineReport> engines) {
    return engines.stream()
        .mapToDouble(e -> Duration.between(startedAt, e.loadedAt()).toMillis() / 1e3)
        .min()
        .orElse(0);
  }
}
