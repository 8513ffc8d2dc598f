package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names with characters that Spark, Hadoop, YAML or a URI give a meaning. */
class PathNamesTest {
  private static final String ODD = "[1]{a,b}*?%20%#,;'& é\\n [x";

  private static final String LINE =
      "{\"id\": \"%s\", \"m\": [{\"role\": \"%s\", \"content\": \"4 + 4\"}]}\n";

  @TempDir private Path folder;

  @Test
  void everyPathOfAJobTakesThem() throws IOException {
    Path place = Files.createDirectories(folder.resolve("_" + ODD));
    Path model = Files.createDirectory(place.resolve("m " + ODD));
    try (Stream<Path> files = Files.list(Path.of(TinyJob.MODEL))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Path template = place.resolve("t #" + ODD);
    Files.copy(model.resolve("chat_template.jinja"), template);
    Path prompts = place.resolve("p #" + ODD + ".jsonl");
    Files.writeString(prompts, LINE.formatted("a", "user") + LINE.formatted("b", "assistant"));
    // What the names would match as patterns.
    Files.writeString(place.resolve("p #1ax20%#,;'& é\\n [x.jsonl"), "{}");
    Path job = Files.writeString(place.resolve("j " + ODD + ".yaml"), "name: odd\n");
    Path output = place.resolve("o #" + ODD);

    TinyRun first = run(job, model, template, prompts, output).requireWhole(2);
    assertThat(first.completions()).containsOnlyKeys("a");
    assertThat(first.errors()).containsOnlyKeys("b");
    Files.writeString(prompts, LINE.formatted("c", "user"), StandardOpenOption.APPEND);
    TinyRun appended = run(job, model, template, prompts, output).requireWhole(3);
    assertThat(appended.completions()).containsOnlyKeys("a", "c");

    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertThat(
            VerifyJob.run(
                output.toString(),
                1,
                LocalSpark.session(),
                new PrintStream(said, true, StandardCharsets.UTF_8)))
        .as(said.toString(StandardCharsets.UTF_8))
        .isTrue();
    try (Stream<Path> all = Files.list(place)) {
      assertThat(all).hasSize(6);
    }
  }

  private static TinyRun run(Path job, Path model, Path template, Path prompts, Path output)
      throws IOException {
    return TinyRun.of(
        JobFile.parse(
                job.toString(),
                FileAccess.submitted().text(job.toString()).orElseThrow(),
                List.of(
                    "model.path=" + model,
                    "model.dtype=float32",
                    "chat_template=" + template,
                    "prompts={id: id, messages: m}",
                    "prompts.path=" + prompts,
                    "sampling.temperature=0",
                    "sampling.max_tokens=4",
                    "output.max_failed_fraction=1",
                    "output.path=" + output))
            .resolve(Optional.empty()));
  }
}
