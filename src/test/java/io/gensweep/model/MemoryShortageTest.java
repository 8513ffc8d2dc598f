package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are loaded where there is not the memory for them, in processes of their own. */
class MemoryShortageTest {
  @TempDir private Path folder;

  /** 78 MiB in the file and as many for each copy, so that one or another of them fails. */
  @Test
  void aLoadWithoutMemoryIsOneLineThatNamesModelBytesAndRemedy() throws Exception {
    new RandomCheckpoint(40_000, 512, 32, 1, 8, 8, 64, false).in(folder);
    Files.copy(Path.of("data/models/tiny/tokenizer.json"), folder.resolve("tokenizer.json"));
    assertThat(load("2000")).isEqualTo("loaded 40000");
    for (String mebibytes : List.of("10", "110", "180")) {
      requireOneLine(load(mebibytes));
    }
  }

  /** Who finds no memory first, C++, Java or libtorch, depends on the machine. */
  private void requireOneLine(String said) {
    assertThat(said)
        .startsWith(
            "JobError model.path: there is not enough memory to load "
                + folder
                + ", whose weights take 82 MiB in float32 (")
        .contains("; give each executor more (spark.executor.memory for ")
        .containsAnyOf(
            "std::bad_alloc",
            "java.lang.OutOfMemoryError: Map failed",
            "you tried to allocate 81920000 bytes")
        .hasLineCount(1);
  }

  private String load(String mebibytes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LoadsWithLittleMemory.class.getName(),
                folder.toString(),
                mebibytes)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
