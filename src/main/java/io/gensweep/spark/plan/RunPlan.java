package io.gensweep.spark.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.Origin;
import io.gensweep.model.Sha256;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.PromptLedger;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.CountedPrompts;
import io.gensweep.prompt.JobDescription;
import io.gensweep.prompt.PromptDataset;
import io.gensweep.prompt.PromptSource;
import io.gensweep.prompt.ShardLayout;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.task.ChatTemplates;
import io.gensweep.spark.task.Work;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Plan of a run, complete before the first task: the prompts are counted, and the output is
 * new or belongs to the same job. Close it before generation begins, since Spark caches the entries
 * of the prompts until then.
 *
 * @param columns of the rows that the run writes
 */
public record RunPlan(
    Work<?> work,
    OutputFolder output,
    PromptLedger ledger,
    ShardCommit commit,
    CountedPrompts prompts,
    ShardPlan shards,
    StructType columns,
    Manifest manifest)
    implements AutoCloseable {
  private static final String MAX_MODEL_LEN = "model.max_model_len";

  /**
   * Plans a run by its prompts and its output, and changes neither.
   *
   * @param resolved the settings of the job, before the model was read
   * @throws JobError if something is wrong that the user can put right
   */
  public static RunPlan of(
      Command command,
      JobSpec job,
      ArrayNode resolved,
      String outputPath,
      ModelPlan model,
      SparkSession spark)
      throws IOException {
    ArrayNode settings = withLength(resolved, model.decoder().maxModelLen());
    FileAccess access = FileAccess.of(spark);
    OutputFolder output = new OutputFolder(outputPath, access);
    Optional<Manifest> earlier = output.check(job.output().ifExists());
    LocalDateTime time = time(earlier);
    String template = ChatTemplates.text(job, access);
    ChatTemplates.of(job, template, model.folder().path(), time);
    TaskPlan plan = model.forTasks(job, access, template, time);
    Work<?> work = Work.of(command, plan, model.folder().path());
    PromptDataset set = dataset(command, job, spark);
    CountedPrompts prompts = CountedPrompts.of(set, work.rowsOfPrompt(), job.sweep().mostTokens());
    try {
      SortedMap<String, String> versions = Versions.here(spark, model.planned());
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
      PromptLedger ledger = new PromptLedger(outputPath, access);
      ShardPlan shards =
          JobDescription.during(
              spark,
              "prompts: those appended since the last run",
              () -> shards(earlier, manifest, prompts, ledger, spark));
      ShardCommit commit =
          new ShardCommit(
              outputPath,
              access,
              work.kind(),
              shards.layout(),
              set.kept(),
              Map.of(
                  "gensweep.settings",
                  settings.toString(),
                  "gensweep.numerics",
                  manifest.numericsText()));
      return new RunPlan(
          work,
          output,
          ledger,
          commit,
          prompts,
          shards,
          OutputSchema.rows(work.kind(), set.kept()),
          manifest.withLayout(shards.layout()));
    } catch (IOException | RuntimeException e) {
      prompts.close();
      throw e;
    }
  }

  /** Opens the job's prompts, and reads no more of them than their schema needs. */
  public static PromptDataset dataset(Command command, JobSpec job, SparkSession spark) {
    return PromptSource.read(
        spark,
        job.prompts(),
        command == Command.SCORE ? job.score() : Optional.empty(),
        OutputSchema.reserved(OutputKind.of(command, job)));
  }

  /** Number of rows of the whole output, those that fail included. */
  public long rows() {
    return prompts.rows();
  }

  /** Frees the cached entries of the prompts; the ledger has them then. */
  @Override
  public void close() {
    prompts.close();
  }

  /** The settings with the model's own length where the job leaves it to the model. */
  private static ArrayNode withLength(ArrayNode settings, int length) {
    ArrayNode all = settings.deepCopy();
    for (JsonNode setting : all) {
      if (setting.path("key").asText().equals(MAX_MODEL_LEN) && setting.path("value").isNull()) {
        ((ObjectNode) setting).put("origin", Origin.MODEL.toString()).put("value", length);
      }
    }
    return all;
  }

  private static ShardPlan shards(
      Optional<Manifest> earlier,
      Manifest now,
      CountedPrompts prompts,
      PromptLedger ledger,
      SparkSession spark)
      throws IOException {
    LongFunction<ShardLayout.Batch> cut =
        count ->
            CountedPrompts.batch(
                count,
                Math.max(1, prompts.rows() / prompts.size()),
                spark.sparkContext().defaultParallelism());
    if (earlier.isEmpty()) {
      return ShardPlan.first(prompts, cut.apply(prompts.size()));
    }
    ShardLayout layout = earlier.get().layout();
    return earlier.get().input().equals(now.input())
        ? ShardPlan.same(prompts, layout, ledger, spark)
        : ShardPlan.appended(prompts, layout, ledger, cut, spark);
  }

  /** A resumed run keeps the time of the first, for chat templates that print it. */
  private static LocalDateTime time(Optional<Manifest> earlier) {
    return earlier
        .map(manifest -> EarlierRun.of(manifest).time())
        .orElseGet(() -> LocalDateTime.now(ZoneOffset.UTC).withNano(0));
  }

  /** Hashes of the inputs of a run. */
  public static Map<String, String> hashes(
      ModelPlan model, CountedPrompts prompts, String template) {
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
