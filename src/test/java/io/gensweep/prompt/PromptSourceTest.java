package io.gensweep.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.LastAssistant;
import io.gensweep.job.PromptKind;
import io.gensweep.job.PromptsSpec;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.PromptContent.Bad;
import io.gensweep.prompt.PromptContent.Messages;
import io.gensweep.prompt.PromptContent.Text;
import io.gensweep.prompt.PromptContent.Tokens;
import io.gensweep.token.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptSourceTest {
  private static final Optional<String> NONE = Optional.empty();

  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void jsonLinesGiveIdsTextsAndKeptColumns() throws IOException {
    Path file =
        write(
            "p.jsonl",
            "{\"id\": 7, \"prompt\": \"Größe 😀\", \"content\": {\"a\": [1, 2]}}",
            "{\"id\": 8, \"prompt\": \"\", \"content\": null}");

    PromptDataset set = read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of("content")));

    assertThat(set.kept().simpleString()).isEqualTo("struct<content:struct<a:array<bigint>>>");
    List<Prompt> prompts = prompts(set);
    assertThat(prompts.get(0).id()).isEqualTo("7");
    assertThat(prompts.get(0).content()).isEqualTo(new Text("Größe 😀"));
    assertThat(prompts.get(0).kept().getStruct(0).getList(0)).isEqualTo(List.of(1L, 2L));
    assertThat(prompts.get(1).content()).isEqualTo(new Text(""));
    assertThat(prompts.get(1).kept().isNullAt(0)).isTrue();
  }

  @Test
  void aMalformedLineStaysAsAnErrorRowAndIsCounted() throws IOException {
    Path file =
        write(
            "p.jsonl",
            "{\"id\": \"a\", \"prompt\": \"one\"}",
            "{\"id\": \"b\", \"prompt\": \"tw",
            "{\"id\": \"c\", \"prompt\": \"three\"}",
            "{\"id\": \"b\", \"prompt\": \"tw");

    PromptDataset set = read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of()));

    CountedPrompts plan = CountedPromptsTest.count(set);
    assertThat(plan.size()).isEqualTo(4);
    assertThat(plan.malformed()).isEqualTo(2);
    List<Prompt> prompts = prompts(set);
    assertThat(prompts.stream().map(Prompt::content))
        .contains(new Text("one"), new Text("three"))
        .filteredOn(content -> content instanceof Bad)
        .hasSize(2)
        .allSatisfy(
            bad ->
                assertThat(bad)
                    .isEqualTo(
                        new Bad(
                            "malformed_prompt",
                            "the line is not a whole record:"
                                + " {\"id\": \"b\", \"prompt\": \"tw")));
    assertThat(prompts.stream().filter(p -> p.content() instanceof Bad).map(Prompt::id))
        .allMatch(id -> id.matches("malformed-[0-9a-f]{16}"));
  }

  @Test
  void aFileWithoutOneWholeLineIsRefused() throws IOException {
    Path file = write("p.jsonl", "not json", "neither");

    assertThatThrownBy(() -> read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of())))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.path: " + file)
        .hasMessageContaining("no line of it can be parsed as jsonl");
  }

  @Test
  void aNullPromptBecomesAnErrorRow() throws IOException {
    Path file = write("p.jsonl", "{\"id\": 1, \"prompt\": \"x\"}", "{\"id\": 2, \"prompt\": null}");

    PromptDataset set = read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of()));

    assertThat(CountedPromptsTest.count(set).size()).isEqualTo(2);
    assertThat(prompts(set).get(1).content())
        .isEqualTo(new Bad("bad_prompt", "the prompt is null"));
  }

  @Test
  void messagesMayHaveMoreThanRoleAndContent() throws IOException {
    Path file =
        write(
            "p.jsonl",
            "{\"id\":1,\"m\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"u\"}]}",
            "{\"id\":2,\"m\":[{\"role\":\"user\",\"content\":\"u\",\"name\":\"Ann\"}]}",
            "{\"id\":3,\"m\":[{\"content\":\"u\"}]}",
            "{\"id\":4,\"m\":[]}",
            "{\"id\":5,\"m\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":9007199254740993,\"y\":[1.5,true,null]}}}]}]}");

    List<Prompt> prompts = prompts(read(jsonl(file, "id", PromptKind.MESSAGES, "m", List.of())));

    assertThat(prompts.get(0).content())
        .isEqualTo(new Messages(List.of(new Message("system", "s"), new Message("user", "u"))));
    assertThat(prompts.get(1).content())
        .isEqualTo(
            new Messages(
                List.of(new Message(Map.of("role", "user", "content", "u", "name", "Ann")))));
    assertThat(prompts.get(2).content())
        .isEqualTo(new Bad("bad_prompt", "message 0 has no role or no content"));
    assertThat(prompts.get(3).content())
        .isEqualTo(new Bad("bad_prompt", "the prompt is an empty list"));
    Map<String, Object> arguments = Map.of("x", 9007199254740993L, "y", List.of(1.5, true, NONE));
    assertThat(prompts.get(4).content())
        .isEqualTo(
            new Messages(
                List.of(
                    new Message(
                        Map.of(
                            "role",
                            "assistant",
                            "tool_calls",
                            List.of(
                                Map.of(
                                    "function", Map.of("name", "f", "arguments", arguments))))))));
  }

  @Test
  void contentsArePartsOfTextInSomeMessagesAndTextInOthers() throws IOException {
    Path file =
        write(
            "p.jsonl",
            "{\"id\":1,\"m\":[{\"role\":\"user\",\"content\":\"[{\\\"type\\\":1}]\"}]}",
            "{\"id\":2,\"m\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},\"b\"]}]}",
            "{\"id\":3,\"m\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"x\"}]}]}",
            "{\"id\":4,\"m\":[{\"role\":\"user\",\"content\":5}]}",
            "{\"id\":5,\"m\":[{\"role\":\"user\",\"content\":\"\\ud800 🙂\"}]}");
    String parquet = folder.resolve("p.parquet").toString();
    spark
        .sql(
            "SELECT 2 AS id, array(named_struct('content', array(named_struct('text', 'a', 'type',"
                + " 'text', 'image', CAST(NULL AS STRING)), named_struct('text', 'b', 'type', 'text', 'image',"
                + " CAST(NULL AS STRING))), 'role', 'user', 'name', CAST(NULL AS STRING))) AS m")
        .write()
        .parquet(parquet);

    List<Prompt> prompts = prompts(read(jsonl(file, "id", PromptKind.MESSAGES, "m", List.of())));
    Prompt typed =
        prompts(
                read(
                    spec(
                        Path.of(parquet),
                        "parquet",
                        Optional.of("id"),
                        PromptKind.MESSAGES,
                        "m",
                        List.of(),
                        NONE)))
            .get(0);

    assertThat(prompts.get(0).content())
        .isEqualTo(new Messages(List.of(new Message("user", "[{\"type\":1}]"))));
    Message parts =
        new Message(
            Map.of("role", "user", "content", List.of(Message.part("a"), Message.part("b"))));
    assertThat(prompts.get(1).content()).isEqualTo(new Messages(List.of(parts)));
    assertThat(typed.content()).isEqualTo(new Messages(List.of(parts)));
    assertThat(prompts.get(2).content())
        .isEqualTo(
            new Bad(
                "bad_prompt",
                "message 0 has a part of type image_url; only parts of type text, with a text, can be given to this model"));
    assertThat(prompts.get(3).content())
        .isEqualTo(
            new Bad("bad_prompt", "the content of message 0 is neither text nor a list of parts"));
    assertThat(prompts.get(4).content())
        .isEqualTo(new Messages(List.of(new Message("user", "? 🙂"))));
  }

  @Test
  void idsOfJsonKeepTheirText() throws IOException {
    Path file =
        write(
            "p.jsonl",
            "{\"id\":9007199254740993,\"prompt\":\"x\"}",
            "{\"id\":1,\"prompt\":\"x\"}",
            "{\"id\":1.0,\"prompt\":\"x\"}",
            "{\"id\":0.5,\"prompt\":\"x\"}",
            "{\"id\":\"007\",\"prompt\":\"x\"}",
            "{\"id\":true,\"prompt\":\"x\"}",
            "{\"id\":123456789012345678901234567890123456789012,\"prompt\":\"x\"}");

    assertThat(prompts(read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of()))))
        .extracting(Prompt::id)
        .containsExactlyInAnyOrder(
            "9007199254740993",
            "1",
            "1.0",
            "0.5",
            "007",
            "true",
            "123456789012345678901234567890123456789012");
  }

  @Test
  void aWholeNumberThatFractionsCannotHoldIsNotKeptAmongThem() throws IOException {
    String other = "{\"id\":1,\"prompt\":\"x\",\"n\":{\"a\":[0.5]},\"o\":2.5}";
    Path exact =
        write(
            "e.jsonl",
            other,
            "{\"id\":2,\"prompt\":\"x\",\"n\":{\"a\":[9007199254740992]},\"o\":9007199254740993}");
    Path file =
        write(
            "p.jsonl",
            other,
            "{\"id\":2,\"prompt\":\"x\",\"n\":{\"a\":[1, 9007199254740993]},\"o\":1}");

    assertThat(prompts(read(jsonl(exact, "id", PromptKind.TEXT, "prompt", List.of("n")))))
        .hasSize(2);
    assertRefused(
        jsonl(file, "id", PromptKind.TEXT, "prompt", List.of("n")),
        "prompts.path: " + file + ": the number 9007199254740993 is kept in a column of fractions",
        "Write it as text");
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
  void csvKeepsLineEndsQuotesAndWhatIsEmpty() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("p.csv"),
            "\uFEFF,id,prompt,k\r\n0,a,\"one\r\ntwo\",\"x\ry\"\r\n1,b,\"one\ntwo\",\r\n2,c,\"x\r\n\r\ny\r\n\",\"\"\r\n"
                + "\r\n3,d,\"say \"\"hi\"\"\",a\rb\r\n4,e,\" q \" ,z\n5,f,\"open,z");

    PromptDataset set =
        read(
            spec(
                file,
                "csv",
                Optional.of("id"),
                PromptKind.TEXT,
                "prompt",
                List.of("k", "_c0"),
                NONE));

    List<Prompt> prompts = prompts(set);
    assertThat(prompts.subList(0, 5))
        .extracting(Prompt::content)
        .containsExactly(
            new Text("one\r\ntwo"),
            new Text("one\ntwo"),
            new Text("x\r\n\r\ny\r\n"),
            new Text("say \"hi\""),
            new Text(" q "));
    assertThat(prompts.subList(0, 5))
        .extracting(prompt -> prompt.kept().getString(0))
        .containsExactly("x\ry", null, "", "a\rb", "z");
    assertThat(prompts.subList(0, 5))
        .extracting(prompt -> prompt.kept().getString(1))
        .containsExactly("0", "1", "2", "3", "4");
    assertThat(prompts.get(5).content())
        .isEqualTo(new Bad("malformed_prompt", "the line is not a whole record: 5,f,\"open,z"));
  }

  @Test
  void tokensOutOfRangeAreErrorRows() throws IOException {
    Path file =
        write(
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
    Path file = write("p.txt", "Once upon", "größer");

    List<Prompt> prompts = prompts(read(text(file)));

    assertThat(prompts.stream().map(Prompt::id))
        .containsExactlyInAnyOrder(sha("Once upon"), sha("größer"));
  }

  @Test
  void theDefaultIdOfMessagesAndTokensIsTheHashOfTheirJson() throws Exception {
    Path messages = write("m.jsonl", "{\"m\":[{\"content\":\"hé\",\"role\":\"user\"}]}");
    Path tokens = write("t.jsonl", "{\"t\": [1, 22,3]}");

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
    Path file = write("p.txt", "same", "other", "same");

    assertThatThrownBy(() -> CountedPromptsTest.count(read(text(file))))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: (not given): the default id is a hash")
        .hasMessageContaining("(2 times)");
  }

  @Test
  void csvHasAHeaderAndReportsRowsOfTheWrongLength() throws IOException {
    Path file = write("p.csv", "id,prompt,n", "1,\"a, b\",3", "2,short", "3,,5");

    PromptDataset set =
        read(spec(file, "csv", Optional.of("id"), PromptKind.TEXT, "prompt", List.of("n"), NONE));

    assertThat(CountedPromptsTest.count(set).malformed()).isEqualTo(1);
    List<Prompt> prompts = prompts(set);
    assertThat(prompts.get(0).content()).isEqualTo(new Text("a, b"));
    assertThat(prompts.get(0).kept().getString(0)).isEqualTo("3");
    assertThat(prompts.get(1).content()).isEqualTo(new Bad("bad_prompt", "the prompt is null"));
    assertThat(prompts.get(2).content())
        .isEqualTo(new Bad("malformed_prompt", "the line is not a whole record: 2,short"));
  }

  @Test
  void parquetAndTablesGiveTheSamePrompts() throws IOException {
    Path file = write("p.jsonl", "{\"id\": \"a\", \"prompt\": \"x\", \"k\": 1.5}");
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
    Path file = write("p.jsonl", "{\"a.id\": \"1\", \"the `prompt`\": \"x\", \"k.v\": 2}");

    Prompt prompt =
        prompts(read(jsonl(file, "a.id", PromptKind.TEXT, "the `prompt`", List.of("k.v")))).get(0);

    assertThat(prompt.content()).isEqualTo(new Text("x"));
    assertThat(prompt.kept().getLong(0)).isEqualTo(2);
  }

  @Test
  void everyMistakeInTheJobNamesKeyValueAndRemedy() throws IOException {
    Path file = write("p.jsonl", "{\"id\": 1, \"prompt\": \"x\", \"list\": [1], \"text\": \"t\"}");
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
    Path jsonl = write("empty.jsonl");
    Path text = write("empty.txt");

    assertRefused(
        jsonl(jsonl, "id", PromptKind.TEXT, "prompt", List.of()),
        "prompts.path: " + jsonl,
        "no rows");
    assertThatThrownBy(() -> CountedPromptsTest.count(read(text(text))))
        .isInstanceOf(PromptsError.class)
        .hasMessageContaining("no rows");
  }

  private void assertRefused(PromptsSpec spec, String start, String part) {
    assertThatThrownBy(() -> read(spec))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining(part);
  }

  private PromptDataset read(PromptsSpec spec) {
    return PromptSource.read(spark, spec, Optional.empty(), Set.of("prompt_id", "text", "error"));
  }

  /** Sorted by id. */
  private static List<Prompt> prompts(PromptDataset set) {
    return set.rows().sort(PromptColumns.PROMPT_ID).collectAsList().stream()
        .map(Prompts::fromRow)
        .toList();
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static PromptsSpec jsonl(
      Path path, String id, PromptKind kind, String column, List<String> keep) {
    return spec(path, "jsonl", Optional.of(id), kind, column, keep, NONE);
  }

  private static PromptsSpec text(Path path) {
    return spec(path, "text", NONE, PromptKind.TEXT, "value", List.of(), NONE);
  }

  private static PromptsSpec spec(
      Path path,
      String format,
      Optional<String> id,
      PromptKind kind,
      String column,
      List<String> keep,
      Optional<String> sampling) {
    return new PromptsSpec(
        Optional.of(path.toString()),
        NONE,
        format,
        id,
        kind,
        column,
        keep,
        sampling,
        SpecialTokens.PARSE,
        LastAssistant.ERROR);
  }

  private static String sha(String text) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, 16);
  }
}
