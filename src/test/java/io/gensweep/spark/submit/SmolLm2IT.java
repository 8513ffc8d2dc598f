package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * SmolLM2-135M-Instruct through the whole job, against HF (src/test/python/make_oracle.py smollm2).
 * It is too large for the repository: GENSWEEP_SMOLLM2 names its folder in Hugging Face layout.
 */
@EnabledIfEnvironmentVariable(named = "GENSWEEP_SMOLLM2", matches = ".+")
class SmolLm2IT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void everyPromptEqualsHfTokenForToken() throws Exception {
    JsonNode oracle =
        JSON.readTree(Path.of("src/test/resources/models/smollm2-oracle.json").toFile());
    StringBuilder lines = new StringBuilder();
    for (JsonNode prompt : oracle.get("prompts")) {
      ObjectNode line = JSON.createObjectNode();
      line.set("id", prompt.get("id"));
      line.set("tokens", prompt.get("prompt_ids"));
      lines.append(line).append('\n');
    }
    Files.writeString(folder.resolve("prompts.jsonl"), lines);
    JsonNode rows = run("tokens", "{path: %s, id: id, tokens: tokens}");
    for (JsonNode prompt : oracle.get("prompts")) {
      JsonNode row = rows.get(prompt.get("id").asText());
      assertThat(row.get("token_ids")).as(prompt.get("id").asText()).isEqualTo(prompt.get("ids"));
      assertThat(row.get("text")).isEqualTo(prompt.get("text"));
      IntStream.range(0, prompt.get("ids").size())
          .forEach(
              t ->
                  assertThat(row.get("logprobs").get(t).asDouble())
                      .isCloseTo(
                          prompt.get("logprobs").get(t).asDouble(),
                          org.assertj.core.api.Assertions.within(1e-4)));
    }
  }

  @Test
  void theCapitalOfFranceIsParis() throws Exception {
    Files.writeString(
        folder.resolve("prompts.jsonl"),
        """
        {"id": "france", "messages": [{"role": "user", "content": "What is the capital of France?"}]}
        """);
    JsonNode row = run("messages", "{path: %s, id: id, messages: messages}").get("france");
    assertThat(row.get("text").asText()).isEqualTo("The capital of France is Paris.");
    assertThat(row.get("finish_reason").asText()).isEqualTo("stop");
  }

  /** Rows by prompt id. */
  private JsonNode run(String name, String prompts) throws Exception {
    Path output = folder.resolve("out-" + name);
    Path job = folder.resolve(name + ".yaml");
    Files.writeString(
        job,
        """
        model: {path: %s, dtype: float32}
        prompts: %s
        sampling: {temperature: 0, max_tokens: 32}
        output: {path: %s}
        """
            .formatted(
                System.getenv("GENSWEEP_SMOLLM2"),
                prompts.formatted(folder.resolve("prompts.jsonl")),
                output));
    SparkSubmit.Ended ended =
        SparkSubmit.gensweep(List.of("--master", "local[2]"), "run", job.toString());
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    SparkSubmit.Ended rows =
        SparkSubmit.python(
            "-c",
            "import json, sys, pyarrow.parquet as pq;"
                + " print(json.dumps({r['prompt_id']: r for r in pq.read_table(sys.argv[1]).to_pylist()}))",
            output.resolve("completions").toString());
    assertThat(rows.exitCode()).as(rows.output()).isZero();
    return JSON.readTree(rows.output());
  }
}
