package io.gensweep.prompt;

import static io.gensweep.prompt.ReadPrompts.NONE;
import static io.gensweep.prompt.ReadPrompts.assertRefused;
import static io.gensweep.prompt.ReadPrompts.jsonl;
import static io.gensweep.prompt.ReadPrompts.prompts;
import static io.gensweep.prompt.ReadPrompts.read;
import static io.gensweep.prompt.ReadPrompts.spec;
import static io.gensweep.prompt.ReadPrompts.text;
import static io.gensweep.prompt.ReadPrompts.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.LastAssistant;
import io.gensweep.job.PromptKind;
import io.gensweep.job.PromptsSpec;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.PromptContent.Bad;
import io.gensweep.prompt.PromptContent.Text;
import io.gensweep.prompt.PromptContent.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats other than JSON lines and CSV, ids, and what every format shares. */
class PromptSourceTest {
  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void aNullPromptBecomesAnErrorRow() throws IOException {
    Path file =
        write(folder, "p.jsonl", "{\"id\": 1, \"prompt\": \"x\"}", "{\"id\": 2, \"prompt\": null}");

    PromptDataset set = read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of()));

    assertThat(CountedPromptsTest.count(set).size()).isEqualTo(2);
    assertThat(prompts(set).get(1).content())
        .isEqualTo(new Bad("bad_prompt", "the prompt is null"));
  }

  @Test
  void whatFoldersAreCalledStaysAsItIs() throws IOException {
    for (String format : List.of("jsonl", "csv", "parquet")) {
      Path in = folder.resolve(format);
      for (String place : List.of("id=007/n=1/m=01", "id=7/n=2/m=1", "id=1e3/n=10/m=2")) {
        Path part = Files.createDirectories(in.resolve(place));
        switch (format) {
          case "jsonl" -> Files.writeString(part.resolve("p.jsonl"), "{\"prompt\":\"x\"}\n");
          case "csv" -> Files.writeString(part.resolve("p.csv"), "prompt\nx\n");
          default ->
              spark.sql("SELECT 'x' AS prompt").write().mode("append").parquet(part.toString());
        }
      }

      PromptDataset set =
          read(
              spec(
                  in,
                  format,
                  Optional.of("id"),
                  PromptKind.TEXT,
                  "prompt",
                  List.of("n", "m"),
                  NONE));

      assertThat(set.kept().simpleString()).isEqualTo("struct<n:int,m:string>");
      List<Prompt> prompts = prompts(set);
      assertThat(prompts).extracting(Prompt::id).containsExactly("007", "1e3", "7");
      assertThat(prompts)
          .extracting(prompt -> prompt.kept().getString(1))
          .containsExactly("01", "2", "1");
    }
  }

  /** Made by pyarrow (src/test/python/make_parquet_types.py). */
  @Test
  void columnsThatAJobDoesNotUseMayHaveAnyType() {
    Path file = Path.of("src/test/resources/prompts/types.parquet");
    List<String> kept =
        List.of("duration", "unsigned", "money", "bytes16", "large", "category", "nothing");

    PromptDataset set =
        read(spec(file, "parquet", Optional.of("id"), PromptKind.TEXT, "prompt", kept, NONE));

    assertThat(set.kept().simpleString())
        .isEqualTo(
            "struct<duration:bigint,unsigned:decimal(20,0),money:decimal(38,2),bytes16:binary,large:binary,category:string,nothing:int>");
    List<Prompt> prompts = prompts(set);
    assertThat(prompts).extracting(Prompt::id).containsExactly("a", "b");
    assertThat(prompts.get(0).kept().getDecimal(1)).isEqualTo("18446744073709551615");
    for (String name :
        List.of("at", "at_utc", "time_ms", "time_us", "time_ns", "nested", "map", "wide", "uuid")) {
      assertRefused(
          spec(file, "parquet", Optional.of("id"), PromptKind.TEXT, "prompt", List.of(name), NONE),
          "prompts.keep: " + name + ": Spark cannot read its type, optional ",
          "leave it out");
    }
    Path newer = Path.of("src/test/resources/prompts/newer.parquet");
    assertRefused(
        spec(newer, "parquet", NONE, PromptKind.TEXT, "prompt", List.of(), NONE),
        "prompts.path: " + newer + ": a column has a type that the Parquet library",
        "float16");
  }

  @Test
  void tokensOutOfRangeAreErrorRows() throws IOException {
    Path file =
        write(
            folder,
            "p.jsonl",
            "{\"id\":1,\"t\":[0,49151]}",
            "{\"id\":2,\"t\":[1,-1]}",
            "{\"id\":3,\"t\":[4294967296]}",
            "{\"id\":4,\"t\":[1,null]}");

    List<Prompt> prompts = prompts(read(jsonl(file, "id", PromptKind.TOKENS, "t", List.of())));

    assertThat(prompts.get(0).content()).isEqualTo(new Tokens(new int[] {0, 49151}));
    assertThat(prompts.get(1).content())
        .isEqualTo(new Bad("bad_prompt", "token 1 is null, negative or over 2147483647"));
    assertThat(prompts.get(2).content()).isInstanceOf(Bad.class);
    assertThat(prompts.get(3).content()).isInstanceOf(Bad.class);
  }

  @Test
  void theDefaultIdIsTheHashOfTheText() throws Exception {
    Path file = write(folder, "p.txt", "Once upon", "größer");

    List<Prompt> prompts = prompts(read(text(file)));

    assertThat(prompts.stream().map(Prompt::id))
        .containsExactlyInAnyOrder(sha("Once upon"), sha("größer"));
  }

  @Test
  void theDefaultIdOfMessagesAndTokensIsTheHashOfTheirJson() throws Exception {
    Path messages = write(folder, "m.jsonl", "{\"m\":[{\"content\":\"hé\",\"role\":\"user\"}]}");
    Path tokens = write(folder, "t.jsonl", "{\"t\": [1, 22,3]}");

    assertThat(
            prompts(read(spec(messages, "jsonl", NONE, PromptKind.MESSAGES, "m", List.of(), NONE)))
                .get(0)
                .id())
        .isEqualTo(sha("[{\"role\":\"user\",\"content\":\"hé\"}]"));
    assertThat(
            prompts(read(spec(tokens, "jsonl", NONE, PromptKind.TOKENS, "t", List.of(), NONE)))
                .get(0)
                .id())
        .isEqualTo(sha("[1,22,3]"));
  }

  @Test
  void repeatedPromptsWithoutIdsAreRefused() throws IOException {
    Path file = write(folder, "p.txt", "same", "other", "same");

    assertThatThrownBy(() -> CountedPromptsTest.count(read(text(file))))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: (not given): the default id is a hash")
        .hasMessageContaining("(2 times)");
  }

  @Test
  void parquetAndTablesGiveTheSamePrompts() throws IOException {
    Path file = write(folder, "p.jsonl", "{\"id\": \"a\", \"prompt\": \"x\", \"k\": 1.5}");
    String parquet = folder.resolve("p.parquet").toString();
    spark.read().json(file.toString()).write().parquet(parquet);
    spark.read().json(file.toString()).createOrReplaceTempView("prompt_table");

    PromptDataset fromParquet =
        read(
            spec(
                Path.of(parquet),
                "parquet",
                Optional.of("id"),
                PromptKind.TEXT,
                "prompt",
                List.of("k"),
                NONE));
    PromptDataset fromTable =
        read(
            new PromptsSpec(
                NONE,
                Optional.of("prompt_table"),
                "jsonl",
                Optional.of("id"),
                PromptKind.TEXT,
                "prompt",
                List.of("k"),
                NONE,
                SpecialTokens.PARSE,
                LastAssistant.ERROR));

    assertThat(prompts(fromParquet)).isEqualTo(prompts(fromTable));
    assertThat(CountedPromptsTest.count(fromParquet).inputHash())
        .isEqualTo(CountedPromptsTest.count(fromTable).inputHash());
  }

  @Test
  void aRowBringsItsOwnSamplingAsJson() throws IOException {
    Path file =
        write(
            folder,
            "p.jsonl",
            "{\"id\":1,\"prompt\":\"x\",\"params\":{\"temperature\":0.5}}",
            "{\"id\":2,\"prompt\":\"y\",\"params\":{\"top_k\":3}}",
            "{\"id\":3,\"prompt\":\"z\"}");

    List<Prompt> prompts =
        prompts(
            read(
                spec(
                    file,
                    "jsonl",
                    Optional.of("id"),
                    PromptKind.TEXT,
                    "prompt",
                    List.of(),
                    Optional.of("params"))));

    assertThat(prompts.stream().map(Prompt::sampling))
        .containsExactly(
            Optional.of("{\"temperature\":0.5}"), Optional.of("{\"top_k\":3}"), Optional.empty());
  }

  @Test
  void columnsWithDotsAndBackticksAreFound() throws IOException {
    Path file = write(folder, "p.jsonl", "{\"a.id\": \"1\", \"the `prompt`\": \"x\", \"k.v\": 2}");

    Prompt prompt =
        prompts(read(jsonl(file, "a.id", PromptKind.TEXT, "the `prompt`", List.of("k.v")))).get(0);

    assertThat(prompt.content()).isEqualTo(new Text("x"));
    assertThat(prompt.kept().getLong(0)).isEqualTo(2);
  }

  @Test
  void everyMistakeInTheJobNamesKeyValueAndRemedy() throws IOException {
    Path file =
        write(folder, "p.jsonl", "{\"id\": 1, \"prompt\": \"x\", \"list\": [1], \"text\": \"t\"}");
    Path missing = folder.resolve("none.jsonl");

    assertRefused(
        jsonl(missing, "id", PromptKind.TEXT, "prompt", List.of()),
        "prompts.path: " + missing,
        "PATH_NOT_FOUND");
    assertRefused(
        jsonl(file, "id", PromptKind.TEXT, "promt", List.of()),
        "prompts.text: promt: ",
        "did you mean 'prompt'?");
    assertRefused(
        jsonl(file, "ID", PromptKind.TEXT, "prompt", List.of()),
        "prompts.id: ID: ",
        "did you mean 'id'?");
    assertRefused(
        jsonl(file, "id", PromptKind.TEXT, "prompt", List.of("lisst")),
        "prompts.keep: lisst: ",
        "did you mean 'list'?");
    assertRefused(
        jsonl(file, "id", PromptKind.TEXT, "prompt", List.of("text")),
        "prompts.keep: text: ",
        "rename it");
    assertRefused(
        jsonl(file, "list", PromptKind.TEXT, "prompt", List.of()),
        "prompts.id: list: ",
        "array<bigint>");
    assertRefused(
        jsonl(file, "id", PromptKind.TEXT, "list", List.of()),
        "prompts.text: list: ",
        "must be text");
    assertRefused(
        jsonl(file, "id", PromptKind.MESSAGES, "prompt", List.of()),
        "prompts.messages: prompt: ",
        "{role, content}");
    assertRefused(
        jsonl(file, "id", PromptKind.TOKENS, "prompt", List.of()),
        "prompts.tokens: prompt: ",
        "a list of integers");
    assertRefused(
        spec(file, "jsonk", Optional.of("id"), PromptKind.TEXT, "prompt", List.of(), NONE),
        "prompts.format: jsonk: ",
        "jsonl, parquet");
    assertRefused(
        spec(
            file,
            "jsonl",
            Optional.of("id"),
            PromptKind.TEXT,
            "prompt",
            List.of(),
            Optional.of("id")),
        "prompts.sampling: id: ",
        "a struct, a map or JSON text");
    assertRefused(
        new PromptsSpec(
            NONE,
            Optional.of("no_table"),
            "jsonl",
            NONE,
            PromptKind.TEXT,
            "x",
            List.of(),
            NONE,
            SpecialTokens.PARSE,
            LastAssistant.ERROR),
        "prompts.table: no_table: ",
        "TABLE_OR_VIEW_NOT_FOUND");
  }

  @Test
  void emptyInputsAreRefused() throws IOException {
    Path jsonl = write(folder, "empty.jsonl");
    Path text = write(folder, "empty.txt");

    assertRefused(
        jsonl(jsonl, "id", PromptKind.TEXT, "prompt", List.of()),
        "prompts.path: " + jsonl,
        "no rows");
    assertThatThrownBy(() -> CountedPromptsTest.count(read(text(text))))
        .isInstanceOf(PromptsError.class)
        .hasMessageContaining("no rows");
  }

  private static String sha(String text) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, 16);
  }
}
