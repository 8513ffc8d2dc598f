package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.report.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command score with the trained model; what lm-evaluation-harness and HF said of it is the
 * oracle (src/test/python/make_score_oracle.py).
 */
class ScoringTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of log-probs, natural; the sum of a text may be off by as much for each token. */
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;
  private TinyRuns runs;

  @BeforeEach
  void start() {
    runs = new TinyRuns(folder);
  }

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
    RunSummary summary = runs.score(runs.file(lines), "text: prompt", "reference: answers");
    assertThat(summary.failed()).isZero();
    assertThat(summary.promptTokens()).isEqualTo(sizes(prompts, "context"));
    for (Row row : runs.scores().collectAsList()) {
      JsonNode expected =
          prompts
              .get(Integer.parseInt(row.getAs("prompt_id")))
              .get("references")
              .get(row.<Integer>getAs("reference_index"));
      requireSame(row, expected);
      assertThat(row.<Boolean>getAs("is_greedy")).isEqualTo(expected.get("greedy").asBoolean());
    }
    assertThat(runs.scores().filter("is_greedy").count()).isEqualTo(2);
    assertThat(runs.scores().count())
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
    runs.score(
        runs.file(lines), "text: text", "document: text", "model.max_model_len=" + maxModelLen);
    List<Row> rows = runs.scores().collectAsList();
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
    Path all = runs.file(lines);
    runs.score(all, "text: prompt", "reference: answers");
    List<String> together = TinyRuns.keyed(runs.scores());
    runs.score(all, "text: prompt", "reference: answers", "engine.max_batch=1");
    assertThat(TinyRuns.keyed(runs.scores())).isEqualTo(together);
    List<String> alone = new ArrayList<>();
    for (String line : List.of(lines.get(0), lines.get(3), lines.get(lines.size() - 1))) {
      runs.score(runs.file(List.of(line)), "text: prompt", "reference: answers");
      alone.addAll(TinyRuns.keyed(runs.scores()));
    }
    assertThat(together).containsAll(alone);
    // One reference of several, too.
    ObjectNode one = (ObjectNode) JSON.readTree(lines.get(0));
    one.putPOJO("answers", one.get("answers").get(1).asText());
    runs.score(runs.file(List.of(one.toString())), "text: prompt", "reference: answers");
    assertThat(
            TinyRuns.keyed(runs.scores())
                .get(0)
                .replace("\"reference_index\":0", "\"reference_index\":1"))
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
    runs.score(runs.file(lines), "text: prompt", "reference: answers");
    List<String> shared = TinyRuns.keyed(runs.scores());
    Path manifest = folder.resolve("out/manifest.json");
    assertThat(Files.readString(manifest)).contains("\"slices\" : [ 3 ]");
    for (int i = 0; i < 19; i++) {
      ObjectNode line = JSON.createObjectNode().put("id", i).put("prompt", "A question");
      line.putArray("answers").add(" and an answer");
      lines.add(line.toString());
    }
    runs.score(runs.file(lines), "text: prompt", "reference: answers");
    assertThat(Files.readString(manifest)).doesNotContain("slices");
    assertThat(shared)
        .hasSize(200)
        .isEqualTo(TinyRuns.keyed(runs.scores().filter("prompt_id = 'many'")));
  }

  @Test
  void tokensAreFollowedByTheReferenceAloneAndBytesAreThoseOfTheInput() throws IOException {
    Path file = runs.file(List.of("{\"id\": 1, \"tokens\": [0, 52, 29], \"answer\": \"é 68\"}"));
    runs.score(file, "tokens: tokens", "reference: answer");
    Row row = runs.scores().first();
    assertThat(row.<Integer>getAs("bytes")).isEqualTo(5);
    assertThat(row.<Integer>getAs("tokens")).isEqualTo(row.getList(2).size());
    double sum = row.getAs("sum_logprob");
    assertThat(row.<Double>getAs("bits_per_byte")).isCloseTo(-sum / Math.log(2) / 5, within(1e-12));
  }

  @Test
  void whatCannotBeScoredBecomesErrorRowsOfItsOwn() throws IOException {
    Path file =
        runs.file(
            List.of(
                "{\"id\": \"good\", \"prompt\": \"Q:\", \"answers\": [\"a\", null, \"\", \"%s\"]}"
                    .formatted("1 ".repeat(600)),
                "{\"id\": \"none\", \"prompt\": \"Q:\", \"answers\": []}",
                "{\"id\": \"null\", \"prompt\": \"Q:\"}",
                "{\"id\": \"prompt\", \"prompt\": null, \"answers\": [\"a\", \"b\"]}",
                "no json"));
    RunSummary summary =
        runs.score(file, "text: prompt", "reference: answers", "output.max_failed_fraction=1");
    assertThat(summary.rows()).isEqualTo(1);
    assertThat(summary.failed()).isEqualTo(8);
    List<Row> errors =
        runs.spark()
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
        runs.file(
            List.of("{\"id\": 1, \"prompt\": \"Q:\", \"answer\": \" 68\", \"p\": {\"n\": 0}}"));
    runs.score(file, "text: prompt", "reference: answer");
    List<String> scored = TinyRuns.keyed(runs.scores());
    for (String set :
        List.of(
            "prompts.sampling=no_such_column",
            "prompts.sampling=answer",
            "prompts.sampling=p",
            "sampling.logit_bias={100000: 1}",
            "sweep.bad_words=[['  ']]")) {
      assertThat(runs.score(file, "text: prompt", "reference: answer", set).failed())
          .as(set)
          .isZero();
      assertThat(TinyRuns.keyed(runs.scores())).as(set).isEqualTo(scored);
      RunSummary resumed =
          runs.score(file, "text: prompt", "reference: answer", "output.if_exists=resume");
      assertThat(resumed.rows()).as("the output of %s is the same job's", set).isEqualTo(1);
    }
  }

  @Test
  void aWrongScoreSectionIsSaidBeforeAnyTask() throws IOException {
    Path file =
        runs.file(List.of("{\"id\": 1, \"prompt\": \"a\", \"answers\": [\"b\"], \"n\": 3}"));
    assertThatThrownBy(
            () -> runs.run(Command.SCORE, "path: " + file + ", text: prompt", "chat: auto"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("score.reference|document");
    assertThatThrownBy(() -> runs.score(file, "text: prompt", "reference: answer"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("score.reference: answer: no such column")
        .hasMessageContaining("did you mean 'answers'");
    assertThatThrownBy(() -> runs.score(file, "text: prompt", "reference: n"))
        .hasMessageContaining("it must be text or a list of texts");
    assertThatThrownBy(() -> runs.score(file, "text: prompt", "document: answers"))
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

  private static JsonNode oracle(String what) throws IOException {
    return JSON.readTree(Path.of("src/test/resources/scores/tiny.json").toFile()).get(what);
  }

  private static long sizes(JsonNode rows, String field) {
    return rows.findValues(field).stream().mapToInt(JsonNode::size).sum();
  }
}
