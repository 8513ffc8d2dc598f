package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.report.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in this JVM whose prompts bring their own sampling. */
class RowSamplingRunTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final String[] JOB = {
    "prompts.sampling=params", "sampling={max_tokens: 12, n: 2, seed: 5}"
  };
  private static final String SWEEP = "sweep.points=[{}, {temperature: 0, n: 1}]";

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"struct", "map", "text"})
  void rowsAreDrawnAsTheirOwnSamplingSays(String form) throws IOException {
    Path prompts =
        prompts(
            form,
            "{'n': 3, 'temperature': 0.5, 'seed': 9}",
            "null",
            "{'max_new_tokens': 2, 'top_k': 7}");
    RunSummary summary = run(prompts, JOB[0], JOB[1], SWEEP);
    assertThat(
            rows("completions")
                .selectExpr(
                    "concat_ws(' ', prompt_id, sweep_point, sample_index, temperature, top_k,"
                        + " seed)")
                .collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder(
            "0 0 0 0.5 0 9",
            "0 0 1 0.5 0 9",
            "0 0 2 0.5 0 9",
            "0 1 0 0.0 0 9",
            "1 0 0 1.0 0 5",
            "1 0 1 1.0 0 5",
            "1 1 0 0.0 0 5",
            "2 0 0 1.0 7 5",
            "2 0 1 1.0 7 5",
            "2 1 0 0.0 7 5");
    assertThat(rows("completions").filter("prompt_id = '2' and completion_tokens > 2").count())
        .isZero();
    assertThat(rows("completions").filter("completion_tokens > 2").count()).isPositive();
    assertThat(summary.rows()).isEqualTo(10);
    assertThat(summary.failed()).isZero();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("3 prompts, 10 completions");
  }

  @Test
  void aRowOfItsOwnSamplingEqualsAJobOfThatSampling() throws IOException {
    Path own =
        prompts("text", "{'n': 3, 'temperature': 0.5, 'top_p': 0.9, 'logit_bias': {'5': 2}}");
    run(own, JOB[0], JOB[1]);
    List<String> expected = bare();
    run(
        own,
        "sampling={max_tokens: 12, seed: 5, n: 3, temperature: 0.5, top_p: 0.9, logit_bias: {5: 2}}",
        "output.if_exists=overwrite");
    assertThat(bare()).hasSize(3).isEqualTo(expected);
  }

  @Test
  void badRowsBecomeErrorRowsAndAreCounted() throws IOException {
    Path prompts =
        prompts(
            "text",
            "{'n': 3, 'top_p': 1.5}",
            "{'n': 5}",
            "nonsense",
            "{'n': 4, 'allowed_token_ids': [9999999]}",
            "{'temprature': 1}");
    RunSummary summary = run(prompts, JOB[0], JOB[1], "output.max_failed_fraction=1");
    assertThat(summary.rows()).isEqualTo(5);
    assertThat(summary.failed()).isEqualTo(2 + 2 + 4 + 2);
    Dataset<Row> errors = rows("errors");
    assertThat(errors.count()).isEqualTo(10);
    assertThat(errors.select("error").distinct().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder(
            "bad_sampling: prompts.sampling: params.top_p must be in (0, 1], was 1.5",
            "bad_sampling: prompts.sampling: params must be a JSON object of sampling keys, each"
                + " once, was \"nonsense\"",
            "bad_sampling: prompts.sampling: allowed_token_ids must hold ids < 512, the"
                + " vocabulary, was 9999999",
            "bad_sampling: prompts.sampling: params.temprature: unknown key; did you mean"
                + " temperature?");
  }

  @Test
  void whatEveryRowWouldFailOfIsSaidBeforeAnyTask() throws IOException {
    Path unknown = prompts("struct", "{'temprature': 1}");
    assertThatThrownBy(() -> run(unknown, JOB))
        .isInstanceOf(JobError.class)
        .hasMessage("prompts.sampling: params.temprature: unknown key; did you mean temperature?");
    assertThatThrownBy(() -> run(unknown, "sampling.bad_words=[ok, '  ']"))
        .isInstanceOf(JobError.class)
        .hasMessage("sampling.bad_words must hold texts that have tokens, was [\"  \"]");
    assertThatThrownBy(() -> run(unknown, "sweep.logit_bias=[{1: 1}, {5000: 1}]"))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "sampling.logit_bias must hold ids < 512, the vocabulary, was 5000, at sweep point"
                + " logit_bias={\"5000\":1.0}");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /** One prompt for each JSON object, with ' for ". */
  private Path prompts(String form, String... params) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < params.length; i++) {
      String json = params[i].replace('\'', '"');
      String value =
          form.equals("text") && !json.equals("null")
              ? '"' + json.replace("\"", "\\\"") + '"'
              : json;
      lines.append(
          "{\"id\": %d, \"prompt\": \"Q: What is 4 + %d?\", \"params\": %s}%n"
              .formatted(i, i, value));
    }
    Path file = Files.writeString(folder.resolve(form + ".jsonl"), lines);
    if (!form.equals("map")) {
      return file;
    }
    Path parquet = folder.resolve("map.parquet");
    SPARK
        .read()
        .schema("id int, prompt string, params map<string, double>")
        .json(file.toString())
        .write()
        .parquet(parquet.toString());
    return parquet;
  }

  private RunSummary run(Path prompts, String... sets) throws IOException {
    String[] all = Arrays.copyOf(sets, sets.length + 1);
    all[sets.length] =
        "prompts.format=" + (prompts.toString().endsWith("parquet") ? "parquet" : "jsonl");
    return GenerationJob.run(
        Command.RUN,
        TinyJob.of(prompts, folder.resolve("out"), all),
        false,
        SPARK,
        new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private List<String> bare() {
    return rows("completions").orderBy("prompt_id", "sample_index").collectAsList().stream()
        .map(Row::toString)
        .toList();
  }

  private Dataset<Row> rows(String kind) {
    return SPARK.read().parquet(folder.resolve("out").resolve(kind).toString());
  }
}
