package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells of itself: in its log, in metrics.json and in the manifest. */
class LogTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** No word of the log, the model's folder or an exception. */
  private static final String MARKER = "zebrafinch";

  @TempDir private Path folder;

  @Test
  void tellsWhatComputesAndEachShardAndNeverAPrompt() throws IOException {
    List<String> lines;
    try (CapturedLog log = CapturedLog.begin()) {
      TinyRun run = run("prompts.sampling=params", "prompts.keep=[note]");
      assertThat(run.summary().failed()).as("rows that failed are there as well").isPositive();
      lines = log.lines();
    }
    String all = String.join("\n", lines);
    assertThat(all)
        .contains("INFO numerics: {\"device\":\"cpu\"")
        .containsPattern(
            "INFO loaded \\S+/data/models/tiny in [\\d.]+ s: (kernels for AVX2|kernels for AVX-512|packed) in float32 with 2")
        .containsPattern(
            "threads on cpu, up to \\d+ sequences together, KV cache of up to \\d+ tokens")
        .contains("INFO instructions: oneDNN ")
        .containsPattern("INFO \\d+ sequences together, as (measured now|an engine of this kind)")
        .containsPattern("DEBUG shard \\d+ begins")
        .containsPattern("DEBUG shard \\d+ is done in [\\d.]+ s: \\d+ rows, \\d+ failed");
    if (all.contains(": packed in")) {
      assertThat(all).contains("INFO Gensweep's own kernels do not compute: they need AVX2");
    }
    assertThat(lines.stream().filter(line -> line.startsWith("INFO")).count())
        .as("once for a job or an engine")
        .isLessThan(10);
    assertThat(all).doesNotContain(MARKER);
  }

  @Test
  void metricsHaveEachEngineAsAnObject() throws IOException {
    run();
    JsonNode engines = JSON.readTree(folder.resolve("out/metrics.json").toFile()).get("engines");
    assertThat(engines).hasSize(1);
    JsonNode engine = engines.get(0);
    assertThat(engine.get("executor").asText()).isEqualTo("driver");
    assertThat(engine.get("device").asText()).isEqualTo("cpu");
    assertThat(engine.get("backend").asText()).isIn("kernels", "packed");
    assertThat(engine.get("instructions").asText()).startsWith("oneDNN ");
    assertThat(engine.get("threads").isInt()).isTrue();
    assertThat(engine.get("max_batch").asInt()).isPositive();
    assertThat(engine.get("load_seconds").asDouble()).isPositive();
    assertThat(Instant.parse(engine.get("loaded_at").asText())).isBefore(Instant.now());
  }

  @Test
  void theManifestNamesTheLengthThatTheModelHas() throws IOException {
    run();
    JsonNode length = setting("model.max_model_len");
    assertThat(length.get("value").asInt())
        .isEqualTo(
            JSON.readTree(Path.of(TinyJob.MODEL, "config.json").toFile())
                .get("max_position_embeddings")
                .asInt());
    assertThat(length.get("origin").asText()).isEqualTo("model");
    assertThat(run("model.max_model_len=" + length.get("value")).summary().tokens())
        .as("the same job, so that nothing is missing")
        .isZero();
    assertThat(setting("model.max_model_len").get("origin").asText()).isEqualTo("command_line");
  }

  private TinyRun run(String... sets) throws IOException {
    Path prompts = folder.resolve("prompts.jsonl");
    Files.write(
        prompts,
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    "{\"id\": %d, \"prompt\": \"%s 4 + %d\", \"note\": \"%s\", \"params\": \"{\\\"%s\\\": 1}\"}"
                        .formatted(i, MARKER, i, MARKER, i % 4 == 0 ? MARKER : "n"))
            .toList());
    return TinyRun.of(prompts, folder.resolve("out"), sets);
  }

  private JsonNode setting(String key) throws IOException {
    JsonNode settings = JSON.readTree(folder.resolve("out/manifest.json").toFile()).get("settings");
    return StreamSupport.stream(settings.spliterator(), false)
        .filter(each -> each.get("key").asText().equals(key))
        .findFirst()
        .orElseThrow();
  }
}
