package io.gensweep.spark.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.xxhash64;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Command;
import io.gensweep.job.JobFile;
import io.gensweep.job.JobSpec;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputKind;
import io.gensweep.output.RowDifference;
import io.gensweep.prompt.CountedPrompts;
import io.gensweep.prompt.JobDescription;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.prompt.PromptDataset;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.plan.EarlierRun;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.plan.RunPlan;
import io.gensweep.spark.plan.Versions;
import io.gensweep.spark.task.ChatTemplates;
import io.gensweep.spark.task.Totals;
import io.gensweep.spark.task.VerifyTask;
import io.gensweep.spark.task.Work;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Driver. Runs the command verify: makes a share of an output's rows again by the settings in its
 * manifest, with the engine that made them, and reports every difference. Writes nothing.
 *
 * <p>Whole prompts are chosen, by a hash of their ids alone, so the same share is the same prompts
 * everywhere. As many threads compute as in the run that is verified, whatever the session has.
 */
public final class VerifyJob {
  private static final int ROWS_PER_TASK = 2_000;

  private final SparkSession spark;
  private final FileAccess access;
  private final OutputFolder output;
  private final double fraction;
  private final PrintStream out;

  private VerifyJob(String path, double fraction, SparkSession spark, PrintStream out) {
    this.spark = spark;
    this.access = FileAccess.of(spark);
    this.output = new OutputFolder(path, access);
    this.fraction = fraction;
    this.out = out;
  }

  /**
   * Verifies an output.
   *
   * @param fraction of the prompts; at least one is made again
   * @return whether every row made again has the same bits
   * @throws io.gensweep.job.JobError if there is no output, or its model or prompts are not found
   */
  public static boolean run(String path, double fraction, SparkSession spark, PrintStream out)
      throws IOException {
    return new VerifyJob(path, fraction, spark, out).run();
  }

  private boolean run() throws IOException {
    Manifest manifest = output.existing();
    EarlierRun earlier = EarlierRun.of(manifest);
    Command command = manifest.command();
    JobSpec job =
        JobFile.ofManifest(
                output.toString(),
                manifest.settings(),
                Map.of("model.dtype", earlier.numerics().dtype().toString()))
            .resolve(Optional.empty())
            .spec();
    ModelPlan model = ModelPlan.of(job.model(), job.engine(), Optional.of(earlier), spark);
    TaskPlan plan = model.forTasks(job, access, ChatTemplates.text(job, access), earlier.time());
    Work<?> work = Work.of(command, plan, model.folder().path());
    PromptDataset set = RunPlan.dataset(command, job, spark);
    CountedPrompts prompts = CountedPrompts.of(set, work.rowsOfPrompt(), job.sweep().mostTokens());
    List<Dataset<Row>> stored = stored(work.kind());
    Column chosen;
    Causes causes;
    try (prompts) {
      chosen = chosen(prompts, stored);
      causes =
          Causes.between(
              manifest,
              RunPlan.hashes(model, prompts, plan.template()),
              plan.numerics(),
              Versions.here(spark, model.planned()));
    }
    causes.otherNumerics().ifPresent(line -> out.println("gensweep: " + line));
    JavaPairRDD<String, Row> again = byId(set.rows().filter(chosen));
    JavaPairRDD<String, Row> before = byId(spark.emptyDataFrame().withColumn("a", lit("")));
    for (Dataset<Row> rows : stored) {
      before = before.union(byId(rows.filter(chosen)));
    }
    Totals totals = new Totals(spark.sparkContext());
    JavaRDD<RowDifference> differences =
        again
            .cogroup(before, tasks(prompts.rows()))
            .mapPartitions(new VerifyTask<>(work, set.kept(), output.succeeded(), totals))
            .persist(StorageLevel.MEMORY_AND_DISK());
    return JobDescription.during(
        spark,
        "verify: rows made again beside those that are stored",
        () -> report(differences, totals, causes));
  }

  /** Prints the rows that differ. */
  private boolean report(JavaRDD<RowDifference> differences, Totals totals, Causes causes) {
    try {
      long count = differences.count();
      long rows = totals.rows();
      for (Iterator<RowDifference> each = differences.toLocalIterator(); each.hasNext(); ) {
        out.println("gensweep: " + causes.line(each.next()));
      }
      out.printf(
          Locale.ROOT,
          count == 0
              ? "gensweep: all %2$,d rows made again have the same bits%n"
              : "gensweep: %,d rows are not the same, of %,d made again%n",
          count,
          rows);
      return count == 0;
    } finally {
      differences.unpersist();
      if (spark.sparkContext().isLocal()) {
        LoadedModel.closeAll();
      }
    }
  }

  /** Chooses the share of the prompts, and at least one that is in the input or in the output. */
  private Column chosen(CountedPrompts prompts, List<Dataset<Row>> stored) {
    double least =
        JobDescription.during(
            spark,
            "verify: choice of prompts",
            () ->
                Stream.concat(Stream.of(prompts.entries()), stored.stream())
                    .mapToDouble(VerifyJob::least)
                    .min()
                    .orElseThrow());
    return place().lt(lit(fraction)).or(place().leq(lit(least)));
  }

  /** Stored rows, and stored error rows. */
  private List<Dataset<Row>> stored(OutputKind kind) throws IOException {
    List<Dataset<Row>> stored = new ArrayList<>();
    for (String folder : output.rowFolders(kind)) {
      stored.add(
          JobDescription.during(spark, "output: schema", () -> spark.read().parquet(folder)));
    }
    return stored;
  }

  /** Number in [0, 1) by the hash of the prompt's id. */
  private static Column place() {
    Column hash = xxhash64(col(PromptColumns.PROMPT_ID), lit("verify"));
    return shiftrightunsigned(hash, 11).cast("double").multiply(lit(0x1p-53));
  }

  private static double least(Dataset<Row> rows) {
    Row least = rows.agg(min(place())).first();
    return least.isNullAt(0) ? 1 : least.getDouble(0);
  }

  private static JavaPairRDD<String, Row> byId(Dataset<Row> rows) {
    return rows.toJavaRDD().mapToPair(row -> new Tuple2<>(row.getString(0), row));
  }

  private int tasks(long rows) {
    double wanted = Math.ceil(rows * fraction / ROWS_PER_TASK);
    return (int) Math.max(spark.sparkContext().defaultParallelism(), Math.min(wanted, 20_000));
  }
}
