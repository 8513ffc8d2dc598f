package io.gensweep.spark.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.substring_index;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Command;
import io.gensweep.job.EvaluateSpec;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.JobSpec;
import io.gensweep.output.EvaluationFiles;
import io.gensweep.output.Manifest;
import io.gensweep.output.OutputFolder;
import io.gensweep.output.OutputLock;
import io.gensweep.prompt.ColumnNames;
import io.gensweep.prompt.JobDescription;
import io.gensweep.report.DatasetCard;
import io.gensweep.report.Report;
import io.gensweep.report.ReportAssembly;
import io.gensweep.report.measure.Measures;
import io.gensweep.report.measure.Tally;
import io.gensweep.scorer.Scorer;
import io.gensweep.spark.evaluate.Evaluation;
import io.gensweep.spark.evaluate.Measurement;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Scores the completions of outputs, sums them up and writes the reports: the end of a run,
 * and the command report, which generates nothing.
 */
public final class ReportJob {
  private static final int MOST_GROUPS = 1_000;

  /** What Spark jobs do that nothing closer is said of. */
  private static final String SCHEMA = "output: schema";

  private final SparkSession spark;
  private final FileAccess access;
  private final PrintStream out;

  private ReportJob(SparkSession spark, PrintStream out) {
    this.spark = spark;
    this.access = FileAccess.of(spark);
    this.out = out;
  }

  /**
   * An output to report on.
   *
   * @param shown as the user named it
   */
  private record Output(String shown, OutputFolder folder, Manifest manifest, JobSpec job) {
    EvaluationFiles evaluations(FileAccess access) {
      return new EvaluationFiles(folder.toString(), access);
    }
  }

  /**
   * Reports on outputs, each by itself and, if they are several, beside each other. The settings of
   * evaluate are those of the first.
   *
   * @param paths absolute or not
   * @param sets {@code evaluate.key=value}
   * @throws JobError if an output is none of the command run, or cannot be evaluated so
   */
  public static void run(List<String> paths, List<String> sets, SparkSession spark, PrintStream out)
      throws IOException {
    new ReportJob(spark, out).run(paths, sets);
  }

  /** Reports at the end of a run, which holds the output's lock. */
  static void afterRun(
      OutputFolder folder, Manifest manifest, JobSpec job, SparkSession spark, PrintStream out)
      throws IOException {
    new ReportJob(spark, out)
        .report(List.of(new Output(job.output().path(), folder, manifest, job)), job.evaluate());
  }

  private void run(List<String> paths, List<String> sets) throws IOException {
    List<Output> outputs = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String path : paths) {
      if (!seen.add(path)) {
        throw new JobError("OUTPUT_DIR: " + path + ": given twice");
      }
      outputs.add(output(path, sets));
    }
    EvaluateSpec spec = outputs.get(0).job().evaluate();
    for (Output output : outputs) {
      Evaluation.check(spec, schema(output), spark);
    }
    List<OutputLock> locks = new ArrayList<>();
    try {
      for (Output output : outputs) {
        locks.add(OutputLock.acquire(output.folder().toString(), access, () -> {}));
      }
      report(outputs, spec);
    } finally {
      for (OutputLock lock : locks) {
        lock.close();
      }
    }
  }

  private Output output(String path, List<String> sets) throws IOException {
    Manifest manifest = new OutputFolder(path, access).existing();
    OutputFolder folder =
        new OutputFolder(GenerationJob.qualified(path, "OUTPUT_DIR", access), access);
    if (manifest.command() != Command.RUN) {
      throw new JobError(
          "OUTPUT_DIR: %s: it has scores of given texts; a report is made of what the command run wrote"
              .formatted(path));
    }
    if (folder.completions().isEmpty()) {
      throw new JobError(
          "OUTPUT_DIR: %s: it has no completions yet; run its job first".formatted(path));
    }
    if (!folder.succeeded()) {
      out.printf("gensweep: %s is not complete; the report is about what is there%n", path);
    }
    JobSpec job =
        JobFile.ofReport(path, manifest.settings(), sets).resolve(Optional.empty()).spec();
    return new Output(path, folder, manifest, job);
  }

  private StructType schema(Output output) throws IOException {
    String completions = output.folder().completions().orElseThrow();
    return JobDescription.during(spark, SCHEMA, () -> spark.read().parquet(completions).schema());
  }

  private void report(List<Output> outputs, EvaluateSpec spec) throws IOException {
    JobDescription.during(
        spark,
        SCHEMA,
        () -> {
          write(outputs, spec);
          return outputs;
        });
  }

  private void write(List<Output> outputs, EvaluateSpec wanted) throws IOException {
    EvaluateSpec spec = withFewGroups(outputs, wanted);
    List<ReportAssembly.Part> parts = new ArrayList<>();
    for (Output output : outputs) {
      Evaluation.write(
          spec, output.folder().completions().orElseThrow(), output.evaluations(access), spark);
      parts.add(part(output));
    }
    for (int i = 0; i < outputs.size(); i++) {
      Report report = measured(List.of(outputs.get(i)), List.of(parts.get(i)), spec);
      outputs.get(i).folder().write(OutputFolder.REPORT_JSON, report.json());
      outputs
          .get(i)
          .folder()
          .write(OutputFolder.CARD, new DatasetCard(report, outputs.get(i).manifest()).bytes());
      if (outputs.size() == 1) {
        tell(report);
      }
    }
    if (outputs.size() > 1) {
      Report report = measured(outputs, parts, spec);
      outputs.get(0).folder().write(OutputFolder.COMPARISON, report.json());
      tell(report);
      out.printf(
          "gensweep: %s/%s has all numbers%n", outputs.get(0).shown(), OutputFolder.COMPARISON);
    }
    for (Output output : outputs) {
      output.folder().tidy();
    }
  }

  private void tell(Report report) {
    report.table().forEach(out::println);
    if (!report.scorers().isEmpty()) {
      out.println("gensweep: " + report.decision());
    }
  }

  private ReportAssembly.Part part(Output output) throws IOException {
    List<SortedMap<String, Long>> errors = new ArrayList<>();
    int points = output.job().sweep().points().size();
    for (int point = 0; point < points; point++) {
      errors.add(new TreeMap<>());
    }
    Optional<String> folder = output.folder().errors();
    if (folder.isPresent()) {
      Dataset<Row> kinds =
          spark
              .read()
              .schema("sweep_point int, error string")
              .parquet(folder.get())
              .groupBy(col("sweep_point"), substring_index(col("error"), ":", 1).as("kind"))
              .agg(count(lit(1)));
      for (Row row : JobDescription.during(spark, "report: failed rows", kinds::collectAsList)) {
        errors.get(row.getInt(0)).put(row.getString(1), row.getLong(2));
      }
    }
    return new ReportAssembly.Part(output.shown(), output.folder().sweep(), errors);
  }

  private Report measured(List<Output> outputs, List<ReportAssembly.Part> parts, EvaluateSpec spec)
      throws IOException {
    List<Measurement.Output> measured = new ArrayList<>();
    for (Output output : outputs) {
      measured.add(
          new Measurement.Output(
              output.folder().completions().orElseThrow(),
              output.evaluations(access),
              output.job().sweep().points().size()));
    }
    Tally tally = Measurement.of(measured, spec, spark);
    List<String> scorers = spec.scorers().stream().map(Scorer::name).toList();
    Measures measures =
        Measures.of(tally, scorers, key -> ReportAssembly.group(spec.groupBy(), key));
    return ReportAssembly.report(outputs.get(0).job().name(), parts, scorers, measures);
  }

  /** Without groups if their columns have too many values to tell of each. */
  private EvaluateSpec withFewGroups(List<Output> outputs, EvaluateSpec spec) throws IOException {
    if (spec.groupBy().isEmpty() || spec.scorers().isEmpty()) {
      return spec;
    }
    for (Output output : outputs) {
      Dataset<Row> groups =
          spark
              .read()
              .parquet(output.folder().completions().orElseThrow())
              .select(ColumnNames.texts(spec.groupBy()))
              .distinct()
              .limit(MOST_GROUPS + 1);
      long found = JobDescription.during(spark, "report: groups", groups::count);
      if (found > MOST_GROUPS) {
        out.printf(
            "gensweep: warning: evaluate.group_by %s has more than %,d groups; the report leaves"
                + " them out%n",
            spec.groupBy(), MOST_GROUPS);
        return new EvaluateSpec(spec.reference(), spec.scorers(), List.of());
      }
    }
    return spec;
  }
}
