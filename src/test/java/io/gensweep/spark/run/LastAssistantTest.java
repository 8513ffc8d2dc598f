package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.SpecialTokens;
import io.gensweep.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that end in an assistant's turn. */
class LastAssistantTest {
  private static final String ASKED = "{\"role\": \"user\", \"content\": \"4 + 4\"}";
  private static final String BEGUN =
      ASKED + ", {\"role\": \"assistant\", \"content\": \"It is \"}";

  private static final String PROMPTS =
      "prompts={path: \"%s\", id: id, text: null, messages: m, last_assistant: %s, special_tokens: %s}";

  @TempDir private Path folder;

  @Test
  void theTurnGoesOnIsMadeAnewOrIsAnError() throws IOException {
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"),
            """
            {"id": "asked", "m": [%s]}
            {"id": "begun", "m": [%s]}
            {"id": "twice", "m": [%s, {"role": "assistant", "content": "8"}]}
            {"id": "alone", "m": [{"role": "assistant", "content": "8"}]}
            """
                .formatted(ASKED, BEGUN, BEGUN));

    TinyRun goesOn = run(prompts, "continue", "parse");
    try (Tokenizer tokenizer = Tokenizer.load(Path.of(TinyJob.MODEL))) {
      String text =
          "<|begin_of_text|><|im_start|>user\n4 + 4<|im_end|>\n<|im_start|>assistant\nIt is ";
      assertThat(promptTokens(goesOn.completions().get("begun")))
          .isEqualTo(tokenizer.encode(text, false, SpecialTokens.PARSE).length);
    }
    assertThat(goesOn.completions()).containsOnlyKeys("asked", "begun", "twice", "alone");
    assertThat(run(prompts, "continue", "plain").completions()).isEqualTo(goesOn.completions());

    TinyRun anew = run(prompts, "drop", "parse");
    assertThat(ids(anew, "begun")).isEqualTo(ids(anew, "asked")).isEqualTo(ids(anew, "twice"));
    assertThat(anew.errors())
        .containsExactly(
            org.assertj.core.api.Assertions.entry(
                "alone",
                "bad_prompt: the messages are an assistant's alone, so prompts.last_assistant: drop leaves none"));

    TinyRun refused = run(prompts, "error", "parse");
    assertThat(refused.completions()).containsOnlyKeys("asked");
    assertThat(refused.completions().get("asked")).isEqualTo(goesOn.completions().get("asked"));
    assertThat(refused.errors().values())
        .hasSize(3)
        .containsOnly(
            "bad_prompt: the messages end in an assistant's turn; prompts.last_assistant: continue goes on with it, drop makes it anew");
  }

  private TinyRun run(Path prompts, String last, String special) throws IOException {
    return TinyRun.of(
            prompts,
            folder.resolve(last + "-" + special),
            PROMPTS.formatted(prompts, last, special))
        .requireWhole(4);
  }

  private static int promptTokens(Row row) {
    return row.getAs("prompt_tokens");
  }

  private static Object ids(TinyRun run, String id) {
    return run.completions().get(id).getAs("token_ids");
  }
}
