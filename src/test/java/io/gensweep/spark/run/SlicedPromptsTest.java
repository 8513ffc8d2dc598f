package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of few prompts and many continuations, which tasks share. */
class SlicedPromptsTest {
  private static final String PROMPTS =
      """
      {"id": "a", "prompt": "Q: What is 97 - 29?\\nA:"}
      {"id": "bad", "prompt": null}
      {"id": "c", "prompt": "Q: How much is 67 minus 62?\\nA:"}
      """;

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.session();

  @BeforeEach
  void prompts() throws IOException {
    Files.writeString(folder.resolve("prompts.jsonl"), PROMPTS);
  }

  @Test
  void slicesHaveTheRowsOfWholePromptsEachOnce() throws IOException {
    TinyRun sliced = run("sliced", 400);
    TinyRun whole = run("whole", 100);

    assertThat(manifest(sliced)).contains("\"shards\" : 6").contains("\"slices\" : [ 2 ]");
    assertThat(manifest(whole)).contains("\"shards\" : 1").doesNotContain("slices");
    assertThat(names(sliced)).hasSize(6);
    assertThat(TinyRun.keyed(sliced.output().toString()))
        .hasSize(800)
        .filteredOn(row -> row.matches(".*\"sample_index\":\\d\\d?,.*"))
        .isEqualTo(TinyRun.keyed(whole.output().toString()));
    assertThat(keys(sliced, "errors")).isEqualTo(400);
    assertThat(keys(sliced, "completions")).isEqualTo(800);
    assertThat(sliced.summary().promptTokens()).isEqualTo(whole.summary().promptTokens());
  }

  @Test
  void aMissingSliceIsMadeAgain() throws IOException {
    Path out = run("out", 400).output();
    List<String> rows = TinyRun.keyed(out.toString());
    for (String name : List.of("shard-00002-of-00006.parquet", "shard-00005-of-00006.parquet")) {
      Files.delete(out.resolve("completions").resolve(name));
    }
    Files.delete(out.resolve("_SUCCESS"));

    assertThat(TinyRun.keyed(out.toString())).hasSizeLessThan(800);
    run("out", 400);
    assertThat(TinyRun.keyed(out.toString())).isEqualTo(rows);
  }

  private TinyRun run(String output, int samples) throws IOException {
    return TinyRun.of(
        TinyJob.of(
            folder.resolve("prompts.jsonl"),
            folder.resolve(output),
            "sampling.n=" + samples,
            "sampling.max_tokens=4",
            "output.max_failed_fraction=1"));
  }

  private long keys(TinyRun run, String kind) {
    return spark
        .read()
        .parquet(run.output().resolve(kind).toString())
        .select("prompt_id", "sweep_point", "sample_index")
        .distinct()
        .count();
  }

  private static String manifest(TinyRun run) throws IOException {
    return Files.readString(run.output().resolve("manifest.json"));
  }

  private static List<String> names(TinyRun run) throws IOException {
    try (Stream<Path> files = Files.list(run.output().resolve("completions"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".parquet") && !name.startsWith("."))
          .toList();
    }
  }
}
