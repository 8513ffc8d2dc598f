package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.model.gguf.GgufFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run whose model is one GGUF file. */
class GgufRunTest {
  @TempDir Path folder;

  @Test
  void aRunNeedsNothingBesideTheFileAndKnowsWhenItHasChanged() throws IOException {
    Path model = Files.copy(GgufFixture.file("llama-plain"), folder.resolve("model.gguf"));
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"),
            """
            {"id": "a", "prompt": [{"role": "user", "content": "4 + 4"}]}
            {"id": "b", "prompt": [{"role": "user", "content": "What?"}]}
            """);
    Path output = folder.resolve("out");
    String[] sets = {"model.path=" + model, "prompts.text=null", "prompts.messages=prompt"};
    TinyRun.of(prompts, output, sets).requireWhole(2);
    List<String> rows = TinyRun.keyed(output.toString());
    // With the chat template of the metadata: 4 + 4 alone has 5 tokens.
    assertThat(rows).hasSize(2).first().asString().contains("\"prompt_tokens\":13");
    assertThat(Files.readString(output.resolve("manifest.json"))).contains(model.toString());
    Files.copy(GgufFixture.file("qwen3-plain"), model, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> TinyRun.of(prompts, output, sets)).hasMessageContaining("model");
    assertThat(TinyRun.keyed(output.toString())).isEqualTo(rows);
  }
}
