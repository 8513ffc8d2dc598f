package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.output.ShowsWhatIsClosed;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs into a store that renames nothing and shows an object when its writer is closed. */
class ObjectStoreTest {
  private static final Path PROMPTS = Path.of("data/prompts/quickstart.jsonl");

  @TempDir private Path folder;

  @Test
  void aRunThatBreaksOffIsResumedToTheRowsOfALocalOne() throws IOException {
    ShowsWhatIsClosed.configure(LocalSpark.session().sparkContext().hadoopConfiguration());
    Path output = folder.resolve("out");
    ShowsWhatIsClosed.failing(
        "shard-00003",
        () ->
            assertThatThrownBy(() -> run("objects://host" + output))
                .hasStackTraceContaining("the connection was reset"));
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
    assertThat(files(output)).doesNotContain("completions/shard-00003-of-00008.parquet");

    run("objects://host" + output);

    Path local = folder.resolve("local");
    run(local.toString());
    assertThat(files(output)).isEqualTo(files(local)).contains("_SUCCESS");
    assertThat(TinyRun.keyed("objects://host" + output))
        .hasSize(64)
        .isEqualTo(TinyRun.keyed(local.toString()));
  }

  private void run(String output) throws IOException {
    TinyRun.of(TinyJob.of(PROMPTS, folder, "sampling.max_tokens=8", "output.path=" + output));
  }

  private static List<String> files(Path output) throws IOException {
    try (Stream<Path> files = Files.walk(output)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> output.relativize(file).toString().replace(File.separatorChar, '/'))
          .sorted()
          .toList();
    }
  }
}
