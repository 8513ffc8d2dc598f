package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.gensweep.model.RandomCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids that the tokenizer has no text for, and special tokens as stop strings. */
class TokenIdsTest {
  @TempDir private Path folder;

  @Test
  void idsUpToTheModelsVocabularyArePrompts() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    var unused = new RandomCheckpoint(576, 32, 64, 1, 2, 2, 16, false).in(model);
    for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(Path.of(TinyJob.MODEL, file), model.resolve(file));
    }
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"),
            """
            {"id": "tokenizer's last", "t": [0, 17, 511]}
            {"id": "beyond", "t": [0, 17, 512]}
            {"id": "model's last", "t": [0, 575]}
            {"id": "none", "t": [0, 576]}
            """);
    TinyRun run =
        TinyRun.of(
                prompts,
                folder.resolve("out"),
                "model.path=" + model,
                "prompts={path: \"%s\", id: id, text: null, tokens: t}".formatted(prompts))
            .requireWhole(4);
    assertThat(run.completions()).containsOnlyKeys("tokenizer's last", "beyond", "model's last");
    assertThat(run.errors())
        .containsExactly(
            entry("none", "bad_prompt: token id 576 is not in [0, 576), the model's vocabulary"));
  }

  @Test
  void aSpecialTokenIsAStopString() throws IOException {
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"), "{\"id\": \"a\", \"prompt\": \"4 + 4\"}");
    for (boolean skipped : new boolean[] {true, false}) {
      Row row =
          TinyRun.of(
                  prompts,
                  folder.resolve("out-" + skipped),
                  "sampling.stop=['<|im_end|>']",
                  "sampling.allowed_token_ids=[2]",
                  "sampling.ignore_eos=true",
                  "sampling.skip_special_tokens=" + skipped)
              .completions()
              .get("a");
      assertThat(row.<Object>getAs("stop_reason")).isEqualTo("<|im_end|>");
      assertThat(row.<Object>getAs("finish_reason")).isEqualTo("stop");
      assertThat(row.<Object>getAs("text")).isEqualTo("");
      assertThat(row.<Object>getAs("completion_tokens")).isEqualTo(1);
    }
  }
}
