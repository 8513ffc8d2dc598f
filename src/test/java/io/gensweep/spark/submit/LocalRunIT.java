package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs under a real spark-submit in local mode, read back by pyarrow and DuckDB. */
class LocalRunIT {
  private static final List<String> LOCAL = List.of("--master", "local[2]");

  @TempDir Path folder;

  @Test
  void theQuickstartEqualsHfTokenForToken() throws Exception {
    SparkSubmit.Ended ended = quickstart("--set", "model.dtype=float32");
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    SparkSubmit.Ended golden =
        SparkSubmit.python(
            "src/test/python/check_quickstart.py",
            folder.resolve("out").toString(),
            "src/test/resources/models/tiny-oracle.json");
    assertThat(golden.exitCode()).as(golden.output()).isZero();
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .contains("completions", "manifest.json", "metrics.json", "_SUCCESS");
    }
  }

  @Test
  void badRowsBecomeErrorRowsAndTheExitCodeIsThree() throws Exception {
    Path prompts = folder.resolve("prompts.jsonl");
    Files.writeString(
        prompts,
        """
        {"id": "good", "prompt": "Q: What is 97 - 29?\\nA:"}
        {"id": "null", "prompt": null}
        {"id": "empty", "prompt": ""}
        {"id": "long", "prompt": "%s"}
        not json
        """
            .formatted("1 ".repeat(2000)));
    SparkSubmit.Ended ended =
        quickstart("--set", "prompts.path=" + prompts, "--set", "prompts.keep=[]");
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(3);
    SparkSubmit.Ended rows =
        SparkSubmit.python(
            "-c",
            "import duckdb, sys; o = sys.argv[1];"
                + " print(duckdb.sql(f\"select prompt_id from '{o}/completions/*.parquet' order by 1\").fetchall());"
                + " print(duckdb.sql(f\"select prompt_id, split_part(error, ':', 1) from '{o}/errors/*.parquet' order by 2\").fetchall())",
            folder.resolve("out").toString());
    assertThat(rows.output())
        // An empty text is a prompt of one token where the tokenizer adds a BOS, as in HF.
        .contains("[('empty',), ('good',)]")
        .contains("('null', 'bad_prompt')")
        .contains("('long', 'prompt_too_long')")
        .contains("'malformed_prompt')");
    assertThat(rows.output().lines().toList().get(1).split("\\), \\(")).hasSize(3);
  }

  @Test
  void aWrongValueEndsWithTwoAndOneLineBeforeAnyTask() throws Exception {
    SparkSubmit.Ended key = quickstart("--set", "sampling.temprature=1");
    assertThat(key.exitCode()).isEqualTo(2);
    assertThat(key.output()).contains("sampling.temprature").contains("temperature");
    SparkSubmit.Ended path =
        SharedDriver.gensweep(LOCAL, arguments("--set", "prompts.path=no/such.jsonl"));
    assertThat(path.exitCode()).isEqualTo(2);
    assertThat(path.output()).contains("prompts.path").contains("no/such.jsonl");
  }

  @Test
  void aTruncatedWeightFileEndsWithTwo() throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    try (Stream<Path> files = Files.list(Path.of("data/models/tiny"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 1000));
    SparkSubmit.Ended ended =
        SharedDriver.gensweep(LOCAL, arguments("--set", "model.path=" + model));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.output()).contains("model.path").contains("truncated");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private SparkSubmit.Ended quickstart(String... sets) throws Exception {
    return SparkSubmit.gensweep(LOCAL, arguments(sets));
  }

  private String[] arguments(String... sets) {
    return Stream.concat(
            Stream.of(
                "run", "jobs/quickstart.yaml", "--set", "output.path=" + folder.resolve("out")),
            Stream.of(sets))
        .toArray(String[]::new);
  }
}
