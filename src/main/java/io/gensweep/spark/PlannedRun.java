package io.gensweep.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.PromptPlan;
import io.gensweep.prompt.PromptSet;
import io.gensweep.prompt.PromptSource;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    ShardCommit commit,
    PromptPlan prompts,
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
            job,
            ModelCopy.absolute(job.model().path()),
            model.weightsHash(),
            model.decoder(),
            template,
            time);
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
    Map<String, String> versions = new TreeMap<>(Versions.here(spark, model.decoder()));
    versions.put(Versions.TIME, time.toString());
    Manifest manifest =
        new Manifest(
            settings,
            new TreeMap<>(hashes(model, prompts, template)),
            new TreeMap<>(versions),
            new TreeMap<>(),
            shards);
    if (earlier.isPresent()) {
      output.requireSame(earlier.get(), manifest);
    }
    ShardCommit commit =
        new ShardCommit(
            outputPath,
            hadoop,
            work.kind(),
            shards,
            set.kept(),
            Map.of("gensweep.settings", settings.toString()));
    return new PlannedRun(work, output, commit, prompts, rows, manifest);
  }

  /** A resumed run keeps the time of the first, for chat templates that print it. */
  private static LocalDateTime time(Optional<Manifest> earlier) {
    return earlier
        .map(m -> LocalDateTime.parse(m.versions().get(Versions.TIME)))
        .orElseGet(() -> LocalDateTime.now(ZoneOffset.UTC).withNano(0));
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
}
