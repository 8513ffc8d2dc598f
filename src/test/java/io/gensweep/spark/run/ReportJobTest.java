package io.gensweep.spark.run;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.ResolvedJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a run of the trained model comes to, and that a report can be made again at any time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SparkSession SPARK = LocalSpark.session();

  @TempDir private static Path folder;
  private String told;

  @BeforeAll
  void generate() throws IOException {
    told = run(job(folder.resolve("out")));
  }

  private static ResolvedJob job(Path output, String... sets) throws IOException {
    Path prompts = folder.resolve("prompts.jsonl");
    List<String> lines =
        Files.readAllLines(Path.of("data/prompts/quickstart.jsonl")).subList(0, 24);
    List<String> parted = new ArrayList<>();
    for (String line : lines) {
      parted.add(line.replaceFirst("\\}$", ", \"part\": " + parted.size() % 3 + "}"));
    }
    // Longer than the model takes, and an answer that is no number.
    parted.add("{\"id\": \"long\", \"prompt\": \"" + "x ".repeat(3_000) + "\", \"answer\": \"1\"}");
    parted.add("{\"id\": \"odd\", \"prompt\": \"Q: What is 1 + 1?\\nA:\", \"answer\": \"two\"}");
    Files.write(prompts, parted);
    String yaml =
        """
        name: sums
        model: {path: data/models/tiny, dtype: float32}
        prompts: {path: "%s", id: id, text: prompt, keep: [answer, part]}
        sampling: {max_tokens: 64, n: 3}
        sweep: {temperature: [0, 0.7]}
        evaluate:
          reference: answer
          scorers:
            - numeric
            - {name: final, type: regex, pattern: '(-?\\d+)\\D*$', compare: exact}
            - {name: brief, type: sql, expression: completion_tokens < 32}
            - {name: short, type: length_limit, most: 20}
          group_by: [part]
        output: {path: "%s", max_failed_fraction: 1}
        """
            .formatted(prompts, output);
    return JobFile.parse("sums.yaml", yaml, List.of(sets)).resolve(Optional.empty());
  }

  private static String run(ResolvedJob job) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    GenerationJob.run(
        Command.RUN, job, false, SPARK, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String report(List<Path> outputs, String... sets) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ReportJob.run(
        outputs.stream().map(Path::toString).toList(),
        List.of(sets),
        SPARK,
        new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode json(String name) throws IOException {
    return JSON.readTree(folder.resolve("out").resolve(name).toFile());
  }

  private static Dataset<Row> rows(String kind) {
    return SPARK.read().parquet(folder.resolve("out").resolve(kind).toString());
  }

  @Test
  void everyCompletionHasARowOfEachScorer() {
    Dataset<Row> completions = rows("completions");
    Dataset<Row> evaluations = rows("evaluations");
    assertThat(completions.count()).isEqualTo(25 * 2 * 3);
    assertThat(evaluations.count()).isEqualTo(4 * completions.count());
    assertThat(evaluations.columns())
        .containsExactly(
            "prompt_id", "sweep_point", "sample_index", "scorer", "score", "extracted", "error");
    Dataset<Row> scored =
        evaluations
            .filter("scorer = 'final'")
            .join(
                completions.select("prompt_id", "sweep_point", "sample_index", "text", "answer"),
                new String[] {"prompt_id", "sweep_point", "sample_index"},
                "inner");
    assertThat(scored.count()).isEqualTo(completions.count());
    // The rule of README.md, by Spark itself.
    assertThat(
            scored
                .filter(
                    regexp_extract(col("text"), "(-?\\d+)\\D*$", 1)
                        .equalTo(col("answer"))
                        .cast("double")
                        .notEqual(col("score")))
                .count())
        .isZero();
    assertThat(evaluations.filter("scorer = 'final' and score = 1").count()).isPositive();
  }

  @Test
  void aScorerThatFailsOnARowSaysSoThere() {
    List<Row> failed = rows("evaluations").filter("error is not null").collectAsList();
    assertThat(failed).hasSize(6);
    assertThat(failed)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("prompt_id")).isEqualTo("odd");
              assertThat(row.<String>getAs("scorer")).isEqualTo("numeric");
              assertThat(row.<Double>getAs("score")).isNull();
              assertThat(row.<String>getAs("error"))
                  .isEqualTo("bad_reference: there is no number in \"two\"");
            });
  }

  @Test
  void theReportHasTheMeansOfTheEvaluations() throws IOException {
    JsonNode report = json("report.json");
    assertThat(report.path("points")).hasSize(2);
    for (JsonNode point : report.path("points")) {
      int index = point.path("sweep_point").asInt();
      assertThat(point.path("name").asText())
          .isEqualTo("temperature=" + (index == 0 ? "0.0" : "0.7"));
      assertThat(point.path("settings").path("temperature").asDouble())
          .isEqualTo(index == 0 ? 0 : 0.7);
      assertThat(point.path("rows").asLong()).isEqualTo(75);
      assertThat(point.path("failed").asLong()).isEqualTo(3);
      assertThat(point.path("errors").path("prompt_too_long").asLong()).isEqualTo(3);
      for (String scorer : List.of("numeric", "final", "brief", "short")) {
        double mean =
            rows("evaluations")
                .filter(col("sweep_point").equalTo(index).and(col("scorer").equalTo(scorer)))
                .agg(avg("score"))
                .first()
                .getDouble(0);
        JsonNode measures = point.path("scorers").path(scorer);
        assertThat(measures.path("accuracy").asDouble())
            .as("%s %s", scorer, index)
            .isCloseTo(mean, within(1e-9))
            .isBetween(measures.path("ci_low").asDouble(), measures.path("ci_high").asDouble());
        assertThat(measures.path("pass_at_k").path("1").asDouble()).isCloseTo(mean, within(1e-9));
        assertThat(measures.path("pass_at_k")).hasSize(3);
        assertThat(measures.path("groups"))
            .extracting(group -> group.path("group").path("part").asText(null))
            // The prompt without a part is the one that numeric cannot score.
            .containsExactlyInAnyOrder(
                scorer.equals("numeric")
                    ? new String[] {"0", "1", "2"}
                    : new String[] {"0", "1", "2", null});
      }
      assertThat(point.path("scorers").path("numeric").path("failed_rows").asLong()).isEqualTo(3);
    }
    assertThat(report.path("comparisons")).hasSize(4);
    JsonNode greedy = report.path("points").path(0);
    assertThat(greedy.path("self_bleu").asDouble()).isEqualTo(1);
    assertThat(greedy.path("entropy").asDouble()).isZero();
  }

  @Test
  void theEndOfTheRunHasATableAndTheDecision() throws IOException {
    assertThat(told)
        .contains("temperature=0.0", "temperature=0.7", "95% interval", "pass@3")
        .contains("gensweep: " + json("report.json").path("decision").asText());
  }

  @Test
  void theDatasetCardTellsOfFilesAndHowToReproduce() throws IOException {
    String card = Files.readString(folder.resolve("out/README.md"));
    assertThat(card)
        .startsWith("---\npretty_name: \"sums\"\nlicense: unknown\n")
        .contains("data_files: completions/*.parquet", "data_files: evaluations/*.parquet")
        .contains("size_categories:\n  - n<1K")
        .contains("data/models/tiny", "hash of input");
    String job = card.substring(card.indexOf("```yaml\n") + 8, card.lastIndexOf("```"));
    ResolvedJob again = JobFile.parse("card.yaml", job, List.of()).resolve(Optional.empty());
    assertThat(again.spec().sampling()).isEqualTo(job(folder.resolve("out")).spec().sampling());
    assertThat(again.spec().sweep()).isEqualTo(job(folder.resolve("out")).spec().sweep());
    assertThat(again.spec().evaluate()).isEqualTo(job(folder.resolve("out")).spec().evaluate());
  }

  @Test
  void aReportCanBeMadeAgainWithOtherScorersAndTheSameNumbers() throws IOException {
    String before = Files.readString(folder.resolve("out/report.json"));
    List<byte[]> files = evaluationFiles();
    report(List.of(folder.resolve("out")), "evaluate.scorers=[contains]", "evaluate.group_by=[]");
    assertThat(json("report.json").path("scorers")).hasSize(1);
    assertThat(rows("evaluations").select("scorer").distinct().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactly("contains");
    report(List.of(folder.resolve("out")));
    assertThat(Files.readString(folder.resolve("out/report.json"))).isEqualTo(before);
    assertThat(evaluationFiles()).usingRecursiveComparison().isEqualTo(files);
    assertThat(folder.resolve("out/_lock")).doesNotExist();
    assertThat(folder.resolve("out/_tmp")).doesNotExist();
  }

  private static List<byte[]> evaluationFiles() throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder.resolve("out/evaluations"))) {
      for (Path file : all.sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void twoRunsAreComparedByTheirPrompts() throws IOException {
    Path other = folder.resolve("other");
    run(job(other, "sampling.seed=1", "sweep.temperature=[0.7]", "evaluate.group_by=[]"));
    String told = report(List.of(folder.resolve("out"), other));
    JsonNode comparison = json("comparison.json");
    assertThat(comparison.path("points")).hasSize(3);
    assertThat(comparison.path("points").path(2).path("output").asText())
        .isEqualTo(other.toString());
    assertThat(comparison.path("comparisons")).hasSize(3 * 4);
    assertThat(comparison.path("comparisons").path(0).path("prompts").asInt()).isEqualTo(24);
    assertThat(told).contains(other + ": temperature=0.7");
    // Each has its own, as before.
    assertThat(comparison.path("points").path(0).path("scorers"))
        .isEqualTo(json("report.json").path("points").path(0).path("scorers"));
  }

  @Test
  void whatCannotBeEvaluatedIsSaidBeforeAnything() throws IOException {
    Path out = folder.resolve("out");
    requireRefused(
        "--set: sampling.n=2: a report takes settings of evaluate alone", out, "sampling.n=2");
    requireRefused(
        "evaluate.group_by must hold columns of prompts.keep, was text",
        out,
        "evaluate.group_by=[text]");
    requireRefused(
        "evaluate.scorers: sql: expression nothing > 1 is no SQL over the columns prompt_id,",
        out,
        "evaluate.scorers=[{type: sql, expression: nothing > 1}]");
    requireRefused(
        "evaluate.scorers: sql: expression must be true or false or a number from 0 to 1, was"
            + " string: text",
        out,
        "evaluate.scorers=[{type: sql, expression: text}]");
    requireRefused(
        "OUTPUT_DIR: " + folder.resolve("no") + ": it is no output", folder.resolve("no"));
    Path fresh = folder.resolve("fresh");
    assertThatThrownBy(() -> run(job(fresh, "evaluate.scorers=[{type: sql, expression: nothing}]")))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("evaluate.scorers: sql: expression nothing is no SQL");
    assertThat(fresh.resolve("completions")).doesNotExist();
  }

  private static void requireRefused(String message, Path output, String... sets) {
    assertThatThrownBy(() -> report(List.of(output), sets))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(message);
  }
}
