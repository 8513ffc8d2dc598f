package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.Command;
import io.gensweep.job.DType;
import io.gensweep.model.CpuFeatures;
import io.gensweep.report.RunSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log-probs of runs and of their prompts, against HF's and against the command score. */
class PromptLogprobsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;
  private TinyRuns runs;

  @BeforeEach
  void start() {
    runs = new TinyRuns(folder);
  }

  @ParameterizedTest
  @CsvSource({"float32, 1e-5", "bfloat16, 0.15"})
  void whatARunDrewScoresAsItWasDrawn(String dtype, double tolerance) throws IOException {
    Assumptions.assumeTrue(
        dtype.equals("float32") || CpuFeatures.here().kernels(DType.BFLOAT16), "a CPU with AVX2");
    for (String prompts :
        List.of(
            "path: data/prompts/quickstart.jsonl, id: id, text: prompt",
            "path: data/prompts/chat.jsonl, id: id, messages: messages")) {
      String kind = prompts.substring(prompts.lastIndexOf(',') + 2);
      String sampling = "sampling: {temperature: 1.0, max_tokens: 40, ignore_eos: true}";
      runs.run(Command.RUN, prompts, sampling, "model.dtype=" + dtype);
      runs.spark()
          .read()
          .parquet(folder.resolve("out/completions").toString())
          .selectExpr("prompt_id id", "text", "token_ids drawn", "logprobs drawn_logprobs")
          .join(runs.spark().read().json(prompts.substring(6, prompts.indexOf(','))), "id")
          .write()
          .mode("overwrite")
          .json(folder.resolve("drawn").toString());
      runs.run(
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
          runs.scores()
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
    runs.run(Command.RUN, prompts, sampling);
    Dataset<Row> without = runs.completions();
    List<String> plain = TinyRuns.ordered(without);
    RunSummary summary =
        runs.run(
            Command.RUN, prompts, sampling, "sampling.prompt_logprobs=true", "engine.max_batch=5");
    assertThat(TinyRuns.ordered(runs.completions().drop("prompt_logprobs"))).isEqualTo(plain);
    assertThat(summary.work().prefillTokens()).isEqualTo(summary.promptTokens() - 64);
    Map<String, List<Float>> logprobs = new HashMap<>();
    for (Row row : runs.completions().collectAsList()) {
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
    runs.run(Command.SCORE, prompts, "score: {document: prompt}");
    for (Row row : runs.scores().collectAsList()) {
      List<Float> entries = logprobs.get(row.<String>getAs("prompt_id"));
      assertThat(row.<Float>getList(row.fieldIndex("logprobs")))
          .isEqualTo(entries.subList(1, entries.size()));
    }
  }

  @Test
  void onlyThePointsOfASweepThatAskHavePromptLogprobs() throws IOException {
    Path file =
        runs.file(List.of("{\"id\": 1, \"prompt\": \"Q:\"}", "{\"id\": 2, \"prompt\": \"\"}"));
    runs.run(
        Command.RUN,
        "path: " + file + ", id: id, text: prompt",
        "sampling: {max_tokens: 2}",
        "sweep.prompt_logprobs=[true, false]");
    assertThat(
            runs
                .completions()
                .selectExpr("concat_ws(' ', prompt_id, sweep_point, size(prompt_logprobs)) row")
                .orderBy("row")
                .collectAsList()
                .stream()
                .map(row -> row.getString(0)))
        .containsExactly("1 0 3", "1 1 -1", "2 0 1", "2 1 -1");
  }
}
