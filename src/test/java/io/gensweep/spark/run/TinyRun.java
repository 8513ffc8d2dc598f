package io.gensweep.spark.run;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.ResolvedJob;
import io.gensweep.prompt.Globs;
import io.gensweep.report.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One run in this JVM with the model that comes with the project, and what it wrote. */
public record TinyRun(RunSummary summary, Path output) {
  private static final String[] BRIEF = {
    "sampling.temperature=0", "sampling.max_tokens=4", "output.max_failed_fraction=1"
  };
  private static final SparkSession SPARK = LocalSpark.session();

  /** Greedy and of few tokens; rows may fail. */
  public static TinyRun of(Path prompts, Path output, String... sets) throws IOException {
    return of(
        TinyJob.of(
            prompts,
            output,
            Stream.concat(Stream.of(BRIEF), Stream.of(sets)).toArray(String[]::new)));
  }

  public static TinyRun of(ResolvedJob job) throws IOException {
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new TinyRun(
        GenerationJob.run(Command.RUN, job, false, SPARK, quiet),
        Path.of(job.spec().output().path()));
  }

  /** All completions of an output on any file system, by their key. */
  public static List<String> keyed(String output) {
    return SPARK
        .read()
        .parquet(Globs.literal(output) + "/completions")
        .orderBy("prompt_id", "sweep_point", "sample_index")
        .toJSON()
        .collectAsList();
  }

  /** Requires every prompt once, as a completion or as an error row. */
  public TinyRun requireWhole(int prompts) {
    List<Row> all =
        Stream.of("completions", "errors").flatMap(kind -> rows(kind).stream()).toList();
    assertThat(all).extracting(TinyRun::id).hasSize(prompts).doesNotHaveDuplicates();
    assertThat(summary.prompts()).isEqualTo(prompts);
    assertThat(summary.rows()).isEqualTo(rows("completions").size());
    assertThat(summary.failed()).isEqualTo(rows("errors").size());
    assertThat(output.resolve("_SUCCESS")).exists();
    return this;
  }

  /** By prompt. */
  public Map<String, Row> completions() {
    return rows("completions").stream().collect(Collectors.toMap(TinyRun::id, row -> row));
  }

  /** By prompt. */
  public Map<String, String> errors() {
    return rows("errors").stream()
        .collect(Collectors.toMap(TinyRun::id, row -> row.getAs("error")));
  }

  /** What Parquet holds of a completion's text. */
  public byte[] bytes(String id, String column) {
    return SPARK
        .read()
        .parquet(output.resolve("completions").toString())
        .filter(col("prompt_id").equalTo(id))
        .select(col(column).cast("binary"))
        .first()
        .getAs(0);
  }

  /** None where there is no such folder, as in a run in which nothing failed. */
  private List<Row> rows(String kind) {
    Path folder = output.resolve(kind);
    return Files.isDirectory(folder)
        ? SPARK.read().parquet(Globs.literal(folder.toString())).collectAsList()
        : List.of();
  }

  private static String id(Row row) {
    return row.getAs("prompt_id");
  }
}
