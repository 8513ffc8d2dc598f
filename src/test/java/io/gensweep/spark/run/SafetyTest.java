package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.JobFile;
import io.gensweep.job.ResolvedJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders that somebody else made. */
class SafetyTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void copyTheModel() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    try (Stream<Path> files = Files.list(Path.of(TinyJob.MODEL))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void codeThatComesWithAModelIsNotRun() throws IOException {
    Path trace = folder.resolve("trace");
    for (String module : List.of("modeling_own", "tokenization_own", "__init__")) {
      Files.writeString(model.resolve(module + ".py"), "open('%s', 'w')".formatted(trace));
    }
    addTo("config.json", "\"auto_map\": {\"AutoModelForCausalLM\": \"modeling_own.Own\"}");
    addTo(
        "tokenizer_config.json",
        "\"auto_map\": {\"AutoTokenizer\": [\"tokenization_own.Own\", null]}");
    assertThat(run().errors()).isEmpty();
    assertThat(trace).doesNotExist();
  }

  @Test
  void aTemplateWithoutEndMakesErrorRowsOfThePromptsThatItIsEndlessFor() throws IOException {
    Files.writeString(
        model.resolve("chat_template.jinja"),
        """
        {%- for message in messages -%}
          {%- if 'loop' in message.content -%}
            {%- for a in range(99999) -%}{%- for b in range(99999) -%}{%- endfor -%}{%- endfor -%}
          {%- elif 'text' in message.content -%}
            {{ 'a' * 10 ** 9 }}
          {%- endif -%}
          {{ message.content }}
        {%- endfor -%}""");
    TinyRun run = run();
    assertThat(run.completions()).containsOnlyKeys("sum");
    assertThat(run.errors()).containsOnlyKeys("loop", "text");
    assertThat(run.errors().get("loop"))
        .isEqualTo(
            "bad_prompt: the model's chat template cannot render these messages: line 3: rendering"
                + " took more than the work of 134217728 characters");
    assertThat(run.errors().get("text"))
        .isEqualTo(
            "bad_prompt: the model's chat template cannot render these messages: line 5: a text of"
                + " 1000000000 characters is over the limit of 16777216");
  }

  private TinyRun run() throws IOException {
    Path prompts = folder.resolve("prompts.jsonl");
    Files.write(
        prompts,
        Stream.of("sum", "loop", "text")
            .map(
                id ->
                    "{\"id\": \"%s\", \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
                        .formatted(id, id))
            .toList());
    String yaml =
        """
        model: {path: "%s", dtype: float32}
        prompts: {path: "%s", id: id, messages: messages}
        sampling: {temperature: 0, max_tokens: 4}
        output: {path: "%s", max_failed_fraction: 1}
        """
            .formatted(model, prompts, folder.resolve("out"));
    ResolvedJob job = JobFile.parse("test.yaml", yaml, List.of()).resolve(Optional.empty());
    return TinyRun.of(job).requireWhole(3);
  }

  private void addTo(String file, String entry) throws IOException {
    Path path = model.resolve(file);
    Files.writeString(path, Files.readString(path).replaceFirst("\\{", "{" + entry + ","));
  }
}
