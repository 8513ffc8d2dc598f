package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.ResolvedJob;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in this JVM's own Spark, with the trained model; what HF said of it is the oracle. */
class GenerationJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "parquet", "csv", "tokens", "messages"})
  void everyKindOfPromptGivesWhatHfGives(String kind) throws IOException {
    Map<String, JsonNode> expected = oracle(kind.equals("messages") ? "chat" : "quickstart");
    String prompts =
        switch (kind) {
          case "jsonl" -> "{path: data/prompts/quickstart.jsonl, id: id, text: prompt}";
          case "messages" -> "{path: data/prompts/chat.jsonl, id: id, messages: messages}";
          case "tokens" -> "{path: " + tokensFile(expected) + ", id: id, tokens: tokens}";
          default -> "{path: " + converted(kind) + ", format: " + kind + ", id: id, text: prompt}";
        };
    run(prompts, "temperature: 0, max_tokens: 96");
    Map<String, Row> rows = new HashMap<>();
    for (Row row : completions().collectAsList()) {
      rows.put(row.getAs("prompt_id"), row);
    }
    for (JsonNode prompt : expected.values()) {
      Row row = rows.get(prompt.get("id").asText());
      assertThat(row.<String>getAs("text")).isEqualTo(prompt.get("text").asText());
      assertThat(row.getList(row.fieldIndex("token_ids"))).isEqualTo(ints(prompt.get("ids")));
      assertThat(row.<Integer>getAs("prompt_tokens")).isEqualTo(prompt.get("prompt_ids").size());
    }
  }

  @Test
  void aTextFileHasOnePromptALineAndHashesForIds() throws IOException {
    List<String> lines = List.of("Q: What is 97 - 29? A:", "Q: What is 40 + 21? A:");
    Path text = Files.write(folder.resolve("prompts.txt"), lines);
    run("{path: " + text + ", format: text, text: value}", "temperature: 0, max_tokens: 40");
    List<Row> fromText = completions().select("prompt_id", "text").orderBy("text").collectAsList();
    Path json =
        Files.write(
            folder.resolve("prompts.jsonl"),
            lines.stream().map(line -> "{\"prompt\": \"" + line + "\"}").toList());
    run("{path: " + json + ", text: prompt}", "temperature: 0, max_tokens: 40");
    assertThat(completions().select("prompt_id", "text").orderBy("text").collectAsList())
        .hasSize(2)
        .isEqualTo(fromText);
  }

  @Test
  void theFirstSamplesOfManyEqualThoseOfFew() throws IOException {
    String prompts = "{path: data/prompts/quickstart.jsonl, id: id, text: prompt}";
    run(prompts, "temperature: 1.2, top_k: 20, top_p: 0.9, seed: 7, n: 2, max_tokens: 40");
    List<String> few = keyed(completions());
    run(prompts, "temperature: 1.2, top_k: 20, top_p: 0.9, seed: 7, n: 5, max_tokens: 40");
    assertThat(keyed(completions().filter("sample_index < 2"))).isEqualTo(few);
    assertThat(completions().count()).isEqualTo(5 * 64);
    assertThat(completions().select("text").distinct().count()).isGreaterThan(64);
    assertThat(
            completions()
                .filter(
                    "size(logprobs) != size(token_ids) or size(sampling_logprobs) != size(token_ids)")
                .count())
        .isZero();
    // Top-k and top-p only take away, so what is drawn never gets less likely than temperature
    // alone made it.
    assertThat(completions().filter("exists(sampling_logprobs, p -> p > 1e-6)").count()).isZero();
  }

  @Test
  void rowsDoNotDependOnTheBatch() throws IOException {
    String prompts = "{path: data/prompts/chat.jsonl, id: id, messages: messages}";
    String sampling = "temperature: 1.0, seed: 1, n: 3, max_tokens: 48, logprobs: 2";
    run(prompts, sampling, "engine.max_batch=64");
    List<String> wide = keyed(completions());
    assertThat(wide).hasSize(3 * 64);
    for (int batch : List.of(1, 7)) {
      run(prompts, sampling, "engine.max_batch=" + batch);
      assertThat(keyed(completions())).as("max_batch %d", batch).isEqualTo(wide);
    }
  }

  @Test
  void eachPromptIsPrefilledOnceForTheWholeSweep() throws IOException {
    RunSummary summary =
        run(
            "{path: data/prompts/quickstart.jsonl, id: id, text: prompt}",
            "n: 2, max_tokens: 4, ignore_eos: true",
            "sweep.temperature=[0.0, 0.7, 1.0]");
    assertThat(summary.rows()).isEqualTo(64 * 3 * 2);
    assertThat(summary.tokens()).isEqualTo(64 * 3 * 2 * 4);
    // The last token of a prompt is decoded by each continuation.
    assertThat(summary.work().prefillTokens()).isEqualTo(summary.promptTokens() - 64);
    assertThat(completions().groupBy("sweep_point", "temperature").count().count()).isEqualTo(3);

    JsonNode points = JSON.readTree(folder.resolve("out/sweep.json").toFile()).get("points");
    assertThat(points).hasSize(3);
    assertThat(points.get(1).get("sweep_point").asInt()).isEqualTo(1);
    assertThat(points.get(1).get("name").asText()).isEqualTo("temperature=0.7");
    assertThat(points.get(1).get("swept").toString()).isEqualTo("[\"temperature\"]");
    JsonNode sampling = points.get(1).get("sampling");
    assertThat(sampling.get("temperature").asDouble()).isEqualTo(0.7);
    assertThat(sampling.get("n").asInt()).isEqualTo(2);
    assertThat(sampling.get("max_tokens").asInt()).isEqualTo(4);
    assertThat(sampling.get("ignore_eos").asBoolean()).isTrue();
    assertThat(sampling.get("profile").asText()).isEqualTo("hf");
    assertThat(sampling.get("repetition_detection").get("max_pattern_size").asInt()).isZero();
  }

  @Test
  void aDryRunTellsThePlanAndWritesNothing() throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    GenerationJob.dryRun(
        job(
            "{path: data/prompts/quickstart.jsonl, id: id, text: prompt}",
            "n: 2, max_tokens: 96",
            "sweep.temperature=[0.0, 0.7, 1.0]",
            "engine.max_batch=64"),
        spark,
        new PrintStream(said, true, StandardCharsets.UTF_8));
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("prompts    64, about ")
        .contains("rows       384: prompts x sweep points (3) x samples")
        .contains("tokens     at most 36,864 to generate")
        .contains("shards     8, of them 0 done")
        .containsPattern("KV cache   [\\d.]+ KiB a token, [\\d.]+ MiB for a sequence of 1\\d\\d,")
        .containsPattern(
            "measured   prefill [\\d,]+ tokens/s, decode [\\d,]+ tokens/s with 64 sequences together")
        .containsPattern("time       (\\d+h)?(\\d+m)?(\\d+s)?, if every");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void whatTheUserCanPutRightIsSaidBeforeAnyTask() {
    assertThatThrownBy(() -> run("{path: data/prompts/quickstart.jsonl, text: promt}", "n: 1"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("prompts.text")
        .hasMessageContaining("did you mean 'prompt'");
    assertThatThrownBy(
            () ->
                run(
                    "{path: data/prompts/quickstart.jsonl, text: prompt}",
                    "n: 1",
                    "model.max_model_len=100000"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.max_model_len");
    assertThatThrownBy(
            () ->
                run(
                    "{path: data/prompts/quickstart.jsonl, text: prompt}",
                    "n: 1",
                    "model.path=no/such"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path")
        .hasMessageContaining("no/such");
  }

  private RunSummary run(String prompts, String sampling, String... sets) throws IOException {
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return GenerationJob.run(Command.RUN, job(prompts, sampling, sets), false, spark, quiet);
  }

  private ResolvedJob job(String prompts, String sampling, String... sets) {
    String yaml =
        """
        model: {path: data/models/tiny, dtype: float32}
        prompts: %s
        sampling: {%s}
        output: {path: %s, if_exists: overwrite}
        """
            .formatted(prompts, sampling, folder.resolve("out"));
    return JobFile.parse("test.yaml", yaml, List.of(sets)).resolve(Optional.empty());
  }

  private Dataset<Row> completions() {
    return spark.read().parquet(folder.resolve("out/completions").toString());
  }

  private static List<String> keyed(Dataset<Row> rows) {
    return rows.orderBy("prompt_id", "sweep_point", "sample_index").toJSON().collectAsList();
  }

  private static Map<String, JsonNode> oracle(String prefix) throws IOException {
    JsonNode prompts =
        JSON.readTree(Path.of("src/test/resources/models/tiny-oracle.json").toFile())
            .get("prompts");
    Map<String, JsonNode> byId = new HashMap<>();
    for (JsonNode prompt : prompts) {
      if (prompt.get("id").asText().startsWith(prefix)) {
        byId.put(prompt.get("id").asText(), prompt);
      }
    }
    assertThat(byId).hasSizeGreaterThanOrEqualTo(4);
    return byId;
  }

  private String converted(String format) {
    String path = folder.resolve(format).toString();
    spark
        .read()
        .json("data/prompts/quickstart.jsonl")
        .write()
        .format(format)
        .option("header", true)
        .option("escape", "\"")
        .save(path);
    return path;
  }

  private Path tokensFile(Map<String, JsonNode> prompts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode p : prompts.values()) {
      lines.add("{\"id\": " + p.get("id") + ", \"tokens\": " + p.get("prompt_ids") + "}");
    }
    return Files.write(folder.resolve("prompts.jsonl"), lines);
  }

  private static List<Object> ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).<Object>map(JsonNode::asInt).toList();
  }
}
