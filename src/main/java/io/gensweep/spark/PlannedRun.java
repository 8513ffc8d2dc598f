package io.gensweep.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.PromptLedger;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.PromptPlan;
import io.gensweep.prompt.PromptSet;
import io.gensweep.prompt.PromptSource;
import io.gensweep.prompt.ShardLayout;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. What is settled before the first task: the prompts were counted, and the output is new or
 * belongs to the same job.
 *
 * @param rows of the whole output, those that fail included
 */
record PlannedRun(
    Work<?> work,
    OutputFolder output,
    PromptLedger ledger,
    ShardCommit commit,
    PromptPlan prompts,
    PromptShards shards,
    long rows,
    Manifest manifest) {

  /**
   * Looks at prompts and output, and changes nothing.
   *
   * @param settings the resolved job, as it goes into manifest and footers
   * @throws JobError if something is wrong that the user can put right
   */
  static PlannedRun of(
      Command command,
      JobSpec job,
      ArrayNode settings,
      String outputPath,
      PlannedModel model,
      SparkSession spark)
      throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputFolder output = new OutputFolder(outputPath, hadoop);
    Optional<Manifest> earlier = output.check(job.output().ifExists());
    LocalDateTime time = time(earlier);
    String template = ChatTemplates.text(job, hadoop);
    ChatTemplates.of(job, template, model.folder().path(), time);
    PromptSet set =
        PromptSource.read(
            spark,
            job.prompts(),
            command == Command.SCORE ? job.score() : Optional.empty(),
            OutputSchema.reserved(OutputKind.of(command, job)));
    PromptPlan prompts = PromptPlan.of(set);

    GenerationPlan plan = GenerationPlan.of(job, model, hadoop, template, time);
    Work<?> work = Work.of(command, plan, model);
    long rows = work.rows(prompts);
    SortedMap<String, String> versions = Versions.here(spark);
    versions.put(Versions.TIME, time.toString());
    Manifest manifest =
        new Manifest(
            settings,
            new TreeMap<>(hashes(model, prompts, template)),
            plan.numerics(),
            versions,
            new TreeMap<>(),
            ShardLayout.of(1));
    if (earlier.isPresent()) {
      output.requireSame(earlier.get().withInputOf(manifest), manifest);
    }
    PromptLedger ledger = new PromptLedger(outputPath, hadoop);
    PromptShards shards =
        shards(earlier, manifest, prompts, rows, job.sweep().mostTokens(), ledger, spark);
    ShardCommit commit =
        new ShardCommit(
            outputPath,
            hadoop,
            work.kind(),
            shards.layout(),
            set.kept(),
            Map.of(
                "gensweep.settings",
                settings.toString(),
                "gensweep.numerics",
                manifest.numericsText()));
    return new PlannedRun(
        work, output, ledger, commit, prompts, shards, rows, manifest.withLayout(shards.layout()));
  }

  private static PromptShards shards(
      Optional<Manifest> earlier,
      Manifest now,
      PromptPlan prompts,
      long rows,
      double tokens,
      PromptLedger ledger,
      SparkSession spark)
      throws IOException {
    LongFunction<ShardLayout.Batch> cut =
        count ->
            PromptPlan.batch(
                count,
                Math.max(1, rows / prompts.rows()),
                spark.sparkContext().defaultParallelism());
    if (earlier.isEmpty()) {
      return PromptShards.first(prompts, tokens, cut.apply(prompts.rows()));
    }
    ShardLayout layout = earlier.get().layout();
    return earlier.get().input().equals(now.input())
        ? PromptShards.same(prompts, tokens, layout, ledger, spark)
        : PromptShards.appended(prompts, tokens, layout, ledger, cut, spark);
  }

  /** A resumed run keeps the time of the first, for chat templates that print it. */
  private static LocalDateTime time(Optional<Manifest> earlier) {
    return earlier
        .map(manifest -> EarlierRun.of(manifest).time())
        .orElseGet(() -> LocalDateTime.now(ZoneOffset.UTC).withNano(0));
  }

  /** Of what the rows are made from. */
  static Map<String, String> hashes(PlannedModel model, PromptPlan prompts, String template) {
    Map<String, String> hashes = new TreeMap<>();
    hashes.put("model", model.weightsHash());
    hashes.put("tokenizer", model.tokenizerHash());
    hashes.put(Manifest.INPUT, prompts.inputHash());
    if (!template.isEmpty()) {
      hashes.put("chat_template", Sha256.hex(template));
    }
    return hashes;
  }
}
