package io.gensweep.prompt;

import static io.gensweep.prompt.ReadPrompts.NONE;
import static io.gensweep.prompt.ReadPrompts.prompts;
import static io.gensweep.prompt.ReadPrompts.read;
import static io.gensweep.prompt.ReadPrompts.spec;
import static io.gensweep.prompt.ReadPrompts.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.PromptKind;
import io.gensweep.prompt.PromptContent.Bad;
import io.gensweep.prompt.PromptContent.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CSV files as prompts. */
class CsvPromptsTest {
  @TempDir Path folder;

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
  void csvHasAHeaderAndReportsRowsOfTheWrongLength() throws IOException {
    Path file = write(folder, "p.csv", "id,prompt,n", "1,\"a, b\",3", "2,short", "3,,5");

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
}
