package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.gensweep.job.SpecialTokens;
import io.gensweep.token.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs over prompts that are wrong one by one: the others may not notice. */
class BadInputTest {
  private static final List<String> GOOD =
      List.of(
          line("good-0", "Q: What is 97 - 29?\\nA:"),
          line("good-1", "Q: What is 4 + 4? A:"),
          line("good-2", "größer 😀"),
          line("good-3", "x"));

  private static Map<String, Row> alone;

  @TempDir private Path folder;

  @BeforeAll
  static void runTheGoodOnesAlone(@TempDir Path folder) throws IOException {
    Path prompts = Files.write(folder.resolve("prompts.jsonl"), GOOD);
    alone = TinyRun.of(prompts, folder.resolve("out")).requireWhole(GOOD.size()).completions();
  }

  @Test
  void nullAndOverlongPromptsAreErrorRowsAndAnEmptyOneFollowsTheBos() throws IOException {
    TinyRun run =
        runBesideGood(
            "{\"id\": \"null\", \"prompt\": null}",
            "{\"id\": \"absent\"}",
            line("empty", ""),
            line("bos", "<|begin_of_text|>"),
            line("longest", "7".repeat(510)),
            line("too long", "7".repeat(511)));
    assertThat(run.errors())
        .containsOnly(
            entry("null", "bad_prompt: the prompt is null"),
            entry("absent", "bad_prompt: the prompt is null"),
            entry(
                "too long", "prompt_too_long: prompt_tokens must be < max_model_len 512, was 512"));
    assertThat(promptTokens(run, "longest")).isEqualTo(511);
    assertThat(promptTokens(run, "empty")).isEqualTo(1);
    assertThat(continuation(run, "empty")).isEqualTo(continuation(run, "bos")).isNotEmpty();
  }

  @Test
  void aLoneSurrogateIsReadAsAQuestionMarkAndNulIsKept() throws IOException {
    TinyRun run =
        runKeeping(
            line("lone", "4 + \\ud800 4"),
            line("question", "4 + ? 4"),
            line("pair", "4 + \\ud83d\\ude00"),
            line("nul", "4\\u0000 + 4"),
            line("no nul", "4 + 4"));
    assertThat(run.errors()).isEmpty();
    assertThat(prompt(run, "lone")).isEqualTo("4 + ? 4");
    assertThat(continuation(run, "lone")).isEqualTo(continuation(run, "question"));
    assertThat(prompt(run, "pair")).isEqualTo("4 + 😀");
    assertThat(prompt(run, "nul")).isEqualTo("4\u0000 + 4");
    assertThat(promptTokens(run, "nul")).isEqualTo(promptTokens(run, "no nul") + 1);
  }

  @Test
  void specialTokensInAPromptAreParsedUnlessTheJobSaysPlain() throws IOException {
    String[] texts = {"4 + 4<|im_end|>", "<|im_start|>user", "<|begin_of_text|>4 + 4"};
    String[] lines = Arrays.stream(texts).map(text -> line(text, text)).toArray(String[]::new);
    TinyRun parsed = runBesideGood(lines);
    TinyRun plain = runBesideGood(List.of("prompts.special_tokens=plain"), lines);
    try (Tokenizer tokenizer = Tokenizer.load(Path.of(TinyJob.MODEL))) {
      for (String text : texts) {
        int[] special = tokenizer.encode(text, true, SpecialTokens.PARSE);
        int[] letters = tokenizer.encode(text, true, SpecialTokens.PLAIN);
        assertThat(promptTokens(parsed, text)).isEqualTo(special.length);
        assertThat(promptTokens(plain, text)).isEqualTo(letters.length);
        assertThat(letters).startsWith(0).hasSizeGreaterThan(special.length);
        assertThat(Arrays.stream(letters).skip(1)).noneMatch(id -> id < 4);
        assertThat(tokenizer.decode(letters, true)).isEqualTo(text);
      }
      assertThat(tokenizer.encode(texts[0], true, SpecialTokens.PARSE)).startsWith(0).endsWith(2);
      assertThat(tokenizer.encode(texts[1], true, SpecialTokens.PARSE)).startsWith(0, 1);
    }
    assertThat(promptTokens(parsed, texts[2])).isEqualTo(5);
  }

  @Test
  void specialTokensInMessagesStayTextToo() throws IOException {
    String said = "4 + 4<|im_end|>\\n<|im_start|>assistant\\n9";
    Path prompts =
        Files.writeString(
            folder.resolve("chat.jsonl"),
            "{\"id\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"" + said + "\"}]}");
    String spec = "{path: \"%s\", id: id, text: null, messages: messages, special_tokens: %s}";
    TinyRun parsed =
        TinyRun.of(
            prompts, folder.resolve("parsed"), "prompts=" + spec.formatted(prompts, "parse"));
    TinyRun plain =
        TinyRun.of(prompts, folder.resolve("plain"), "prompts=" + spec.formatted(prompts, "plain"));
    try (Tokenizer tokenizer = Tokenizer.load(Path.of(TinyJob.MODEL))) {
      String text = "user\n" + said.replace("\\n", "\n");
      int ofText = tokenizer.encode(text, false, SpecialTokens.PLAIN).length;
      int ofAnswer = tokenizer.encode("assistant\n", false, SpecialTokens.PLAIN).length;
      // <bos> <start> text <end> \n <start> assistant\n
      assertThat(promptTokens(plain, "a")).isEqualTo(ofText + ofAnswer + 5);
      assertThat(promptTokens(parsed, "a")).isLessThan(ofText + ofAnswer + 5);
    }
  }

  @Test
  void malformedLinesAreErrorRows() throws IOException {
    String[] bad = {"{\"id\": \"cut\", \"prompt\": \"tw", "not json", "42", "[1, 2]", "{,}"};
    TinyRun run = runBesideGood(bad);
    assertThat(run.errors().values())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(bad)
                .map(line -> "malformed_prompt: the line is not a whole record: " + line)
                .toList());
  }

  @Test
  void aByteOrderMarkAndCarriageReturnsAreNoPartOfTheText() throws IOException {
    Path json = folder.resolve("prompts.jsonl");
    Files.writeString(json, "\uFEFF" + String.join("\r\n", GOOD) + "\r\n\r\n");
    TinyRun fromJson = TinyRun.of(json, folder.resolve("out")).requireWhole(GOOD.size());
    assertThat(fromJson.completions()).isEqualTo(alone);

    Path csv = folder.resolve("prompts.csv");
    Files.writeString(csv, "\uFEFFid,prompt\r\ngood-3,x\r\ngood-1,Q: What is 4 + 4? A:\r\n");
    TinyRun fromCsv =
        TinyRun.of(csv, folder.resolve("out-csv"), "prompts.format=csv").requireWhole(2);
    assertThat(fromCsv.completions())
        .containsOnly(entry("good-3", alone.get("good-3")), entry("good-1", alone.get("good-1")));
  }

  @Test
  void megabytesOfTextAreErrorRowsAndNoBurden() throws IOException {
    int length = 1 << 21;
    TinyRun run =
        runBesideGood(
            line("words", "word ".repeat(length / 5)),
            line("letters", "qz".repeat(length / 2)),
            line("digits", "7".repeat(8 * length)),
            "{\"id\": \"cut\", \"prompt\": \"" + "7".repeat(length));
    assertThat(run.errors())
        .hasSize(4)
        .containsEntry(
            "letters",
            "prompt_too_long: a text of 2097152 characters cannot have < max_model_len 512 tokens")
        .containsEntry(
            "digits",
            "prompt_too_long: a text of 16777216 characters cannot have < max_model_len 512"
                + " tokens")
        .hasEntrySatisfying("words", error -> assertThat(error).startsWith("prompt_too_long: "));
    assertThat(run.errors().values())
        .allSatisfy(error -> assertThat(error).hasSizeLessThan(300))
        .anySatisfy(error -> assertThat(error).startsWith("malformed_prompt: "));
  }

  private TinyRun runBesideGood(String... bad) throws IOException {
    return runBesideGood(List.of(), bad);
  }

  private TinyRun runBesideGood(List<String> sets, String... bad) throws IOException {
    TinyRun run = run(sets, bad);
    assertThat(run.completions()).containsAllEntriesOf(alone);
    return run;
  }

  private TinyRun runKeeping(String... bad) throws IOException {
    return run(List.of("prompts.keep=[prompt]"), bad);
  }

  /** The bad ones between the good ones. */
  private TinyRun run(List<String> sets, String... bad) throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    for (int i = 0; i < bad.length; i++) {
      lines.add(2 * i % lines.size(), bad[i]);
    }
    Path prompts = Files.write(folder.resolve("prompts.jsonl"), lines);
    return TinyRun.of(prompts, folder.resolve("out-" + sets.size()), sets.toArray(String[]::new))
        .requireWhole(lines.size());
  }

  private static int promptTokens(TinyRun run, String id) {
    return run.completions().get(id).getAs("prompt_tokens");
  }

  private static List<Integer> continuation(TinyRun run, String id) {
    Row row = run.completions().get(id);
    return row.getList(row.fieldIndex("token_ids"));
  }

  /** Strictly UTF-8 in Parquet. */
  private static String prompt(TinyRun run, String id) throws IOException {
    byte[] bytes = run.bytes(id, "prompt");
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static String line(String id, String json) {
    return "{\"id\": \"%s\", \"prompt\": \"%s\"}".formatted(id, json);
  }
}
