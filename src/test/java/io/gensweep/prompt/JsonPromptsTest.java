package io.gensweep.prompt;

import static io.gensweep.prompt.ReadPrompts.NONE;
import static io.gensweep.prompt.ReadPrompts.assertRefused;
import static io.gensweep.prompt.ReadPrompts.jsonl;
import static io.gensweep.prompt.ReadPrompts.prompts;
import static io.gensweep.prompt.ReadPrompts.read;
import static io.gensweep.prompt.ReadPrompts.spec;
import static io.gensweep.prompt.ReadPrompts.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.PromptKind;
import io.gensweep.prompt.PromptContent.Bad;
import io.gensweep.prompt.PromptContent.Messages;
import io.gensweep.prompt.PromptContent.Text;
import io.gensweep.token.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines of JSON as prompts. */
class JsonPromptsTest {
  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void jsonLinesGiveIdsTextsAndKeptColumns() throws IOException {
    Path file =
        write(
            folder,
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
            folder,
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
    Path file = write(folder, "p.jsonl", "not json", "neither");

    assertThatThrownBy(() -> read(jsonl(file, "id", PromptKind.TEXT, "prompt", List.of())))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.path: " + file)
        .hasMessageContaining("no line of it can be parsed as jsonl");
  }

  @Test
  void messagesMayHaveMoreThanRoleAndContent() throws IOException {
    Path file =
        write(
            folder,
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
            folder,
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
            folder,
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
            folder,
            "e.jsonl",
            other,
            "{\"id\":2,\"prompt\":\"x\",\"n\":{\"a\":[9007199254740992]},\"o\":9007199254740993}");
    Path file =
        write(
            folder,
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
}
