package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.LocalSpark;
import io.gensweep.output.OutputError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An output whose rows a decoder program of another text has made: its manifest says so. */
class OtherProgramTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path prompts;

  @BeforeEach
  void firstRun() throws IOException {
    prompts = folder.resolve("prompts.jsonl");
    Files.writeString(
        prompts, "{\"id\": 1, \"prompt\": \"4 + 1\"}\n{\"id\": 2, \"prompt\": \"4 + 2\"}\n");
    run();
  }

  @Test
  void isNotGoneOnWith() throws IOException {
    String now = numerics(manifest()).get("program").asText();
    assertThat(now).matches("[0-9a-f]{16}");
    change(numerics -> numerics.put("program", "0123456789abcdef"));
    String before = Files.readString(folder.resolve("out/manifest.json"));
    assertThatThrownBy(this::run)
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("out has rows that are computed otherwise than here: ")
        .hasMessageContaining("numerics.program was 0123456789abcdef, is " + now);
    assertThat(Files.readString(folder.resolve("out/manifest.json"))).isEqualTo(before);

    change(numerics -> numerics.remove("program"));
    assertThatThrownBy(this::run)
        .as("of a version that did not note it")
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("numerics.program was none, is " + now);

    change(numerics -> numerics.put("program", now));
    assertThat(run().summary().tokens()).as("nothing is missing").isZero();
  }

  @Test
  void verifyTellsTheProgramFromTheFile() throws IOException {
    change(numerics -> numerics.put("program", "0123456789abcdef"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertThat(
            VerifyJob.run(
                folder.resolve("out").toString(),
                1,
                SPARK,
                new PrintStream(said, true, StandardCharsets.UTF_8)))
        .isTrue();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .containsPattern(
            "gensweep: rows are computed otherwise here than in the run.*: program was"
                + " 0123456789abcdef, is [0-9a-f]{16}\n");
  }

  private TinyRun run() throws IOException {
    return TinyRun.of(prompts, folder.resolve("out"));
  }

  private ObjectNode manifest() throws IOException {
    return (ObjectNode) JSON.readTree(folder.resolve("out/manifest.json").toFile());
  }

  private static ObjectNode numerics(ObjectNode manifest) {
    return (ObjectNode) manifest.required("numerics");
  }

  private void change(Consumer<ObjectNode> edit) throws IOException {
    ObjectNode manifest = manifest();
    edit.accept(numerics(manifest));
    JSON.writeValue(folder.resolve("out/manifest.json").toFile(), manifest);
  }
}
