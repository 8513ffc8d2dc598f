package io.gensweep.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.PromptKind;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.SpecialTokens;
import io.gensweep.output.FailedRows;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.PromptPlan;
import io.gensweep.prompt.PromptSet;
import io.gensweep.prompt.PromptSource;
import io.gensweep.prompt.ShardAssignment;
import io.gensweep.prompt.ShardedPrompts;
import io.gensweep.report.RunSummary;
import java.io.IOException;
import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. One run of a command from a resolved job to {@code _SUCCESS}: look at model, prompts and
 * output; write the manifest; let the executors make the shards that are missing; say what
 * happened.
 */
public final class GenerationJob {

  private final ArrayNode settings;
  private final Command command;
  private final JobSpec job;
  private final SparkSession spark;
  private final Configuration hadoop;
  private final PrintStream out;
  private final String outputPath;
  private final long start = System.nanoTime();

  private GenerationJob(
      Command command, ResolvedJob resolved, SparkSession spark, PrintStream out) {
    this.command = command;
    this.settings = resolved.resolved(command);
    this.job = resolved.spec();
    this.spark = spark;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
    this.out = out;
    this.outputPath = qualified(job.output().path());
  }

  /** Executors have working directories of their own. */
  private String qualified(String path) {
    try {
      Path place = new Path(path);
      return place.getFileSystem(hadoop).makeQualified(place).toString();
    } catch (IOException | IllegalArgumentException e) {
      throw new JobError("output.path: " + path + " is no place to write to: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the job on this session's cluster.
   *
   * @return what happened; whether too many rows failed is the caller's to judge
   * @throws TooManyFailedRows as soon as that is certain, if it is before the last shard
   * @throws JobError before any generation, if something is wrong that the user can put right
   */
  public static RunSummary run(
      Command command, ResolvedJob resolved, SparkSession spark, PrintStream out)
      throws IOException {
    return new GenerationJob(command, resolved, spark, out).run();
  }

  private RunSummary run() throws IOException {
    checkSupported();
    PlannedModel model =
        PlannedModel.of(job.model(), job.engine(), EngineThreads.of(spark.sparkContext()), hadoop);
    SamplingTokens.check(job.sweep(), model.folder());
    OutputFolder output = new OutputFolder(outputPath, hadoop);
    Optional<Manifest> earlier = output.check(job.output().ifExists());
    LocalDateTime time = time(earlier);
    String template = ChatTemplates.text(job);
    ChatTemplates.of(job, template, model.folder().path(), time);
    PromptSet set =
        PromptSource.read(
            spark,
            job.prompts(),
            command == Command.SCORE ? job.score() : Optional.empty(),
            OutputSchema.reserved(OutputKind.of(command, job)));
    PromptPlan prompts = PromptPlan.of(set);

    GenerationPlan plan =
        new GenerationPlan(
            job, ModelCopy.absolute(job.model().path()), model.decoder(), template, time);
    Work<?> work = Work.of(command, plan, model);
    long rows = work.rows(prompts);
    int shards =
        earlier
            .map(Manifest::shards)
            .orElseGet(
                () ->
                    prompts.shards(
                        Math.max(1, rows / prompts.rows()),
                        spark.sparkContext().defaultParallelism()));
    Manifest manifest = manifest(model, prompts, template, shards, time);
    if (earlier.isPresent()) {
      output.requireSame(earlier.get(), manifest);
    }
    output.begin(manifest, job.output().ifExists());
    return generate(work, set, prompts, rows, manifest, output);
  }

  private RunSummary generate(
      Work<?> work,
      PromptSet set,
      PromptPlan prompts,
      long rows,
      Manifest manifest,
      OutputFolder output)
      throws IOException {
    int shards = manifest.shards();
    ShardCommit commit =
        new ShardCommit(
            outputPath,
            hadoop,
            work.kind(),
            shards,
            set.kept(),
            Map.of("gensweep.settings", settings.toString()));
    ShardAssignment assignment = new ShardAssignment(shards, commit.done(), shards);
    Totals totals = new Totals(spark.sparkContext());
    int missing = assignment.numPartitions();
    out.printf(
        Locale.ROOT,
        "gensweep: %,d prompts, %,d %s, %,d of %,d shards to do%n",
        prompts.rows(),
        rows,
        work.kind().folder(),
        missing,
        shards);
    if (missing > 0) {
      new MissingShards(spark, job.output(), commit, rows, out)
          .make(
              ShardedPrompts.of(prompts.prompts(), assignment),
              new GeneratePartition<>(work, assignment, commit, totals),
              totals);
    }
    FailedRows failed = FailedRows.of(spark, commit);
    if (failed.total() > 0) {
      out.printf(
          Locale.ROOT,
          "gensweep: %,d of %,d rows failed: %s; %s/errors tells of each%n",
          failed.total(),
          rows,
          failed,
          job.output().path());
    }
    RunSummary summary = summary(prompts, rows, commit.rows(spark), totals);
    output.write(manifest.withCounts(summary.counts()));
    output.writeMetrics(summary.json());
    output.succeed();
    return summary;
  }

  private void checkSupported() {
    if (job.prompts().specialTokens() == SpecialTokens.PLAIN
        && job.prompts().kind() == PromptKind.MESSAGES) {
      throw new JobError(
          "prompts.special_tokens: plain is not supported with prompts.messages by this version;"
              + " leave it at parse");
    }
  }

  /** A resumed run keeps the time of the first, for chat templates that print it. */
  private static LocalDateTime time(Optional<Manifest> earlier) {
    return earlier
        .map(m -> LocalDateTime.parse(m.versions().get(Versions.TIME)))
        .orElseGet(() -> LocalDateTime.now(ZoneOffset.UTC).withNano(0));
  }

  private Manifest manifest(
      PlannedModel model, PromptPlan prompts, String template, int shards, LocalDateTime time) {
    Map<String, String> versions = new TreeMap<>(Versions.here(spark, model.decoder()));
    versions.put(Versions.TIME, time.toString());
    return new Manifest(
        settings,
        new TreeMap<>(hashes(model, prompts, template)),
        new TreeMap<>(versions),
        new TreeMap<>(),
        shards);
  }

  /** Of what the rows are made from. */
  static Map<String, String> hashes(PlannedModel model, PromptPlan prompts, String template) {
    Map<String, String> hashes = new TreeMap<>();
    hashes.put("model", model.weightsHash());
    hashes.put("tokenizer", model.tokenizerHash());
    hashes.put("input", prompts.inputHash());
    if (!template.isEmpty()) {
      hashes.put("chat_template", Sha256.hex(template));
    }
    return hashes;
  }

  private RunSummary summary(PromptPlan prompts, long wanted, long completions, Totals totals) {
    return new RunSummary(
        OutputKind.of(command, job),
        prompts.rows(),
        completions,
        wanted - completions,
        totals.promptTokens(),
        totals.generatedTokens(),
        totals.prefilledTokens(),
        (System.nanoTime() - start) / 1e9,
        totals.engines().stream().mapToDouble(EngineReport::loadSeconds).max().orElse(0),
        totals.engineSeconds(),
        totals.prefillSeconds(),
        totals.decodeSeconds(),
        totals.engines().stream().map(EngineReport::toString).sorted().toList());
  }
}
