package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.model.CpuFeatures;
import io.gensweep.report.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command score with the trained model; what lm-evaluation-harness and HF said of it is the
 * oracle (src/test/python/make_score_oracle.py).
 */
class ScoringTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of log-probs, natural; the sum of a text may be off by as much for each token. */
  private static final double TOLERANCE = 1e-4;

  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void referencesScoreAsInLmEvaluationHarness() throws IOException {
    JsonNode prompts = oracle("references");
    List<String> lines = new ArrayList<>();
    for (JsonNode prompt : prompts) {
      ObjectNode line = JSON.createObjectNode();
      line.put("id", lines.size()).set("prompt", prompt.get("prompt"));
      line.putPOJO("answers", prompt.get("references").findValues("text"));
      lines.add(line.toString());
    }
    RunSummary summary = score(file(lines), "text: prompt", "reference: answers");
    assertThat(summary.failed()).isZero();
    assertThat(summary.promptTokens()).isEqualTo(sizes(prompts, "context"));
    for (Row row : scores().collectAsList()) {
      JsonNode expected =
          prompts
              .get(Integer.parseInt(row.getAs("prompt_id")))
              .get("references")
              .get(row.<Integer>getAs("reference_index"));
      requireSame(row, expected);
      assertThat(row.<Boolean>getAs("is_greedy")).isEqualTo(expected.get("greedy").asBoolean());
    }
    assertThat(scores().filter("is_greedy").count()).isEqualTo(2);
    assertThat(scores().count())
        .isEqualTo(prompts.findValues("references").stream().mapToInt(JsonNode::size).sum());
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 512})
  void documentsScoreAsInLmEvaluationHarness(int maxModelLen) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    oracle("documents").forEach(documents::add);
    documents.removeIf(document -> document.get("max_length").asInt() != maxModelLen);
    List<String> lines = new ArrayList<>();
    for (JsonNode document : documents) {
      ObjectNode line = JSON.createObjectNode();
      lines.add(line.put("id", lines.size()).put("text", document.get("text").asText()).toString());
    }
    score(file(lines), "text: text", "document: text", "model.max_model_len=" + maxModelLen);
    List<Row> rows = scores().collectAsList();
    assertThat(rows).hasSameSizeAs(documents);
    for (Row row : rows) {
      requireSame(row, documents.get(Integer.parseInt(row.getAs("prompt_id"))));
    }
  }

  @Test
  void aRowHasTheSameBitsWhateverIsScoredBesideIt() throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode prompt : oracle("references")) {
      ObjectNode line = JSON.createObjectNode();
      line.put("id", lines.size()).set("prompt", prompt.get("prompt"));
      line.putPOJO("answers", prompt.get("references").findValues("text"));
      lines.add(line.toString());
    }
    for (JsonNode document : oracle("documents")) {
      ObjectNode line = JSON.createObjectNode();
      line.put("id", lines.size()).put("prompt", "Read this:");
      String text = document.get("text").asText();
      line.putArray("answers").add(text.substring(0, Math.min(600, text.length())));
      lines.add(line.toString());
    }
    Path all = file(lines);
    score(all, "text: prompt", "reference: answers");
    List<String> together = keyed(scores());
    score(all, "text: prompt", "reference: answers", "engine.max_batch=1");
    assertThat(keyed(scores())).isEqualTo(together);
    List<String> alone = new ArrayList<>();
    for (String line : List.of(lines.get(0), lines.get(3), lines.get(lines.size() - 1))) {
      score(file(List.of(line)), "text: prompt", "reference: answers");
      alone.addAll(keyed(scores()));
    }
    assertThat(together).containsAll(alone);
    // One reference of several, too.
    ObjectNode one = (ObjectNode) JSON.readTree(lines.get(0));
    one.putPOJO("answers", one.get("answers").get(1).asText());
    score(file(List.of(one.toString())), "text: prompt", "reference: answers");
    assertThat(keyed(scores()).get(0).replace("\"reference_index\":0", "\"reference_index\":1"))
        .isIn(together);
  }

  /** Tasks share a prompt of 200 references where it is the only one, and not beside 19 others. */
  @Test
  void aPromptOfManyReferencesIsSharedAndHasTheSameRows() throws IOException {
    ObjectNode many =
        JSON.createObjectNode().put("id", "many").put("prompt", "Q: What is 97 - 29?");
    for (int i = 0; i < 200; i++) {
      many.withArray("answers").add(" A: " + i);
    }
    List<String> lines = new ArrayList<>(List.of(many.toString()));
    score(file(lines), "text: prompt", "reference: answers");
    List<String> shared = keyed(scores());
    Path manifest = folder.resolve("out/manifest.json");
    assertThat(Files.readString(manifest)).contains("\"slices\" : [ 3 ]");
    for (int i = 0; i < 19; i++) {
      ObjectNode line = JSON.createObjectNode().put("id", i).put("prompt", "A question");
      line.putArray("answers").add(" and an answer");
      lines.add(line.toString());
    }
    score(file(lines), "text: prompt", "reference: answers");
    assertThat(Files.readString(manifest)).doesNotContain("slices");
    assertThat(shared).hasSize(200).isEqualTo(keyed(scores().filter("prompt_id = 'many'")));
  }

  @ParameterizedTest
  @CsvSource({"float32, 1e-5", "bfloat16, 0.15"})
  void whatARunDrewScoresAsItWasDrawn(String dtype, double tolerance) throws IOException {
    Assumptions.assumeTrue(
        dtype.equals("float32") || CpuFeatures.here().bfloat16Products(), "a CPU with AVX-512");
    for (String prompts :
        List.of(
            "path: data/prompts/quickstart.jsonl, id: id, text: prompt",
            "path: data/prompts/chat.jsonl, id: id, messages: messages")) {
      String kind = prompts.substring(prompts.lastIndexOf(',') + 2);
      String sampling = "sampling: {temperature: 1.0, max_tokens: 40, ignore_eos: true}";
      run(Command.RUN, prompts, sampling, "model.dtype=" + dtype);
      spark
          .read()
          .parquet(folder.resolve("out/completions").toString())
          .selectExpr("prompt_id id", "text", "token_ids drawn", "logprobs drawn_logprobs")
          .join(spark.read().json(prompts.substring(6, prompts.indexOf(','))), "id")
          .write()
          .mode("overwrite")
          .json(folder.resolve("drawn").toString());
      run(
          Command.SCORE,
          "path: "
              + folder.resolve("drawn")
              + ", id: id, "
              + kind
              + ", keep: [drawn, drawn_logprobs]",
          "score: {reference: text}",
          "model.dtype=" + dtype);
      // A text may be encoded otherwise than it was drawn; there is nothing to compare then.
      List<Row> same =
          scores()
              .filter("token_ids = transform(drawn, id -> cast(id as int))")
              .selectExpr(
                  "transform(zip_with(logprobs, drawn_logprobs, (a, b) -> abs(a - b)), d -> d) d")
              .selectExpr("array_max(d)")
              .collectAsList();
      assertThat(same).as(prompts).hasSizeGreaterThan(8);
      assertThat(same).allSatisfy(row -> assertThat(row.getDouble(0)).isLessThan(tolerance));
    }
  }

  @Test
  void aRunGivesTheLogprobsOfItsPromptsAsHfDoesAndWithTheBitsOfAScore() throws IOException {
    String prompts = "path: data/prompts/quickstart.jsonl, id: id, text: prompt";
    String sampling = "sampling: {temperature: 1.0, n: 2, max_tokens: 8}";
    run(Command.RUN, prompts, sampling);
    Dataset<Row> without = completions();
    List<String> plain = ordered(without);
    RunSummary summary =
        run(Command.RUN, prompts, sampling, "sampling.prompt_logprobs=true", "engine.max_batch=5");
    assertThat(ordered(completions().drop("prompt_logprobs"))).isEqualTo(plain);
    assertThat(summary.prefilledTokens()).isEqualTo(summary.promptTokens() - 64);
    Map<String, List<Float>> logprobs = new HashMap<>();
    for (Row row : completions().collectAsList()) {
      List<Float> entries = row.getList(row.fieldIndex("prompt_logprobs"));
      assertThat(logprobs.merge(row.getAs("prompt_id"), entries, (a, b) -> b)).isEqualTo(entries);
    }
    Path oracle = Path.of("src/test/resources/models/tiny-oracle.json");
    for (JsonNode prompt : JSON.readTree(oracle.toFile()).get("prompts")) {
      if (prompt.has("messages")) {
        continue;
      }
      List<Float> entries = logprobs.get(prompt.get("id").asText());
      assertThat(entries).hasSize(prompt.get("prompt_ids").size());
      assertThat(entries.get(0)).isNull();
      for (int i = 1; i < entries.size(); i++) {
        assertThat((double) entries.get(i))
            .isCloseTo(prompt.get("prompt_logprobs").get(i).asDouble(), within(TOLERANCE));
      }
    }
    run(Command.SCORE, prompts, "score: {document: prompt}");
    for (Row row : scores().collectAsList()) {
      List<Float> entries = logprobs.get(row.<String>getAs("prompt_id"));
      assertThat(row.<Float>getList(row.fieldIndex("logprobs")))
          .isEqualTo(entries.subList(1, entries.size()));
    }
  }

  @Test
  void onlyThePointsOfASweepThatAskHavePromptLogprobs() throws IOException {
    Path file = file(List.of("{\"id\": 1, \"prompt\": \"Q:\"}", "{\"id\": 2, \"prompt\": \"\"}"));
    run(
        Command.RUN,
        "path: " + file + ", id: id, text: prompt",
        "sampling: {max_tokens: 2}",
        "sweep.prompt_logprobs=[true, false]");
    assertThat(
            completions()
                .selectExpr("concat_ws(' ', prompt_id, sweep_point, size(prompt_logprobs)) row")
                .orderBy("row")
                .collectAsList()
                .stream()
                .map(row -> row.getString(0)))
        .containsExactly("1 0 3", "1 1 -1", "2 0 1", "2 1 -1");
  }

  @Test
  void tokensAreFollowedByTheReferenceAloneAndBytesAreThoseOfTheInput() throws IOException {
    Path file = file(List.of("{\"id\": 1, \"tokens\": [0, 52, 29], \"answer\": \"é 68\"}"));
    score(file, "tokens: tokens", "reference: answer");
    Row row = scores().first();
    assertThat(row.<Integer>getAs("bytes")).isEqualTo(5);
    assertThat(row.<Integer>getAs("tokens")).isEqualTo(row.getList(2).size());
    double sum = row.getAs("sum_logprob");
    assertThat(row.<Double>getAs("bits_per_byte")).isCloseTo(-sum / Math.log(2) / 5, within(1e-12));
  }

  @Test
  void whatCannotBeScoredBecomesErrorRowsOfItsOwn() throws IOException {
    Path file =
        file(
            List.of(
                "{\"id\": \"good\", \"prompt\": \"Q:\", \"answers\": [\"a\", null, \"\", \"%s\"]}"
                    .formatted("1 ".repeat(600)),
                "{\"id\": \"none\", \"prompt\": \"Q:\", \"answers\": []}",
                "{\"id\": \"null\", \"prompt\": \"Q:\"}",
                "{\"id\": \"prompt\", \"prompt\": null, \"answers\": [\"a\", \"b\"]}",
                "no json"));
    RunSummary summary =
        score(file, "text: prompt", "reference: answers", "output.max_failed_fraction=1");
    assertThat(summary.rows()).isEqualTo(1);
    assertThat(summary.failed()).isEqualTo(8);
    List<Row> errors =
        spark
            .read()
            .parquet(folder.resolve("out/errors").toString())
            .filter("prompt_id not like 'malformed%'")
            .selectExpr("concat_ws(' ', prompt_id, reference_index, split(error, ':')[0]) row")
            .orderBy("row")
            .collectAsList();
    assertThat(errors.stream().map(row -> row.getString(0)))
        .containsExactly(
            "good 1 bad_reference",
            "good 2 empty_reference",
            "good 3 text_too_long",
            "none 0 bad_reference",
            "null 0 bad_reference",
            "prompt 0 bad_prompt",
            "prompt 1 bad_prompt");
  }

  @Test
  void whatARunDrawsByIsNotLookedAt() throws IOException {
    Path file =
        file(List.of("{\"id\": 1, \"prompt\": \"Q:\", \"answer\": \" 68\", \"p\": {\"n\": 0}}"));
    score(file, "text: prompt", "reference: answer");
    List<String> scored = keyed(scores());
    for (String set :
        List.of(
            "prompts.sampling=no_such_column",
            "prompts.sampling=answer",
            "prompts.sampling=p",
            "sampling.logit_bias={100000: 1}",
            "sweep.bad_words=[['  ']]")) {
      assertThat(score(file, "text: prompt", "reference: answer", set).failed()).as(set).isZero();
      assertThat(keyed(scores())).as(set).isEqualTo(scored);
      RunSummary resumed =
          score(file, "text: prompt", "reference: answer", "output.if_exists=resume");
      assertThat(resumed.rows()).as("the output of %s is the same job's", set).isEqualTo(1);
    }
  }

  @Test
  void aWrongScoreSectionIsSaidBeforeAnyTask() throws IOException {
    Path file = file(List.of("{\"id\": 1, \"prompt\": \"a\", \"answers\": [\"b\"], \"n\": 3}"));
    assertThatThrownBy(() -> run(Command.SCORE, "path: " + file + ", text: prompt", "chat: auto"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("score.reference|document");
    assertThatThrownBy(() -> score(file, "text: prompt", "reference: answer"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("score.reference: answer: no such column")
        .hasMessageContaining("did you mean 'answers'");
    assertThatThrownBy(() -> score(file, "text: prompt", "reference: n"))
        .hasMessageContaining("it must be text or a list of texts");
    assertThatThrownBy(() -> score(file, "text: prompt", "document: answers"))
        .hasMessageContaining("it must be text");
  }

  private static void requireSame(Row row, JsonNode expected) {
    String name = row.getAs("prompt_id") + " " + row.getAs("reference_index");
    List<Integer> ids = row.getList(row.fieldIndex("token_ids"));
    assertThat(ids)
        .as(name)
        .isEqualTo(
            StreamSupport.stream(expected.get("ids").spliterator(), false)
                .map(JsonNode::asInt)
                .toList());
    List<Float> logprobs = row.getList(row.fieldIndex("logprobs"));
    for (int i = 0; i < ids.size(); i++) {
      assertThat((double) logprobs.get(i))
          .as("%s token %d of %d", name, i, ids.size())
          .isCloseTo(expected.get("logprobs").get(i).asDouble(), within(TOLERANCE));
    }
    assertThat(row.<Double>getAs("sum_logprob"))
        .isCloseTo(expected.get("sum").asDouble(), within(TOLERANCE * ids.size()));
  }

  private RunSummary score(Path file, String prompts, String score, String... sets)
      throws IOException {
    return run(
        Command.SCORE, "path: " + file + ", id: id, " + prompts, "score: {" + score + "}", sets);
  }

  private RunSummary run(Command command, String prompts, String more, String... sets)
      throws IOException {
    String yaml =
        """
        model: {path: data/models/tiny, dtype: float32}
        prompts: {%s}
        %s
        output: {path: %s, if_exists: overwrite}
        """
            .formatted(prompts, more, folder.resolve("out"));
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return GenerationJob.run(
        command,
        JobFile.parse("test.yaml", yaml, List.of(sets)).resolve(Optional.empty()),
        false,
        spark,
        quiet);
  }

  private Dataset<Row> completions() {
    return spark.read().parquet(folder.resolve("out/completions").toString());
  }

  private static List<String> ordered(Dataset<Row> rows) {
    return rows.orderBy("prompt_id", "sample_index").toJSON().collectAsList();
  }

  private Dataset<Row> scores() {
    return spark.read().parquet(folder.resolve("out/scores").toString());
  }

  private static List<String> keyed(Dataset<Row> rows) {
    return rows.orderBy("prompt_id", "reference_index").toJSON().collectAsList();
  }

  private Path file(List<String> lines) throws IOException {
    return Files.write(folder.resolve("input.jsonl"), lines);
  }

  private static JsonNode oracle(String what) throws IOException {
    return JSON.readTree(Path.of("src/test/resources/scores/tiny.json").toFile()).get(what);
  }

  private static long sizes(JsonNode rows, String field) {
    return rows.findValues(field).stream().mapToInt(JsonNode::size).sum();
  }
}
