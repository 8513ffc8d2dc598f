package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that is killed and run again by the same command. */
class ResumeIT {
  private static final List<String> LOCAL = List.of("--master", "local[2]");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aJobKilledAgainAndAgainEndsWithTheRowsOfAnUninterruptedOne() throws Exception {
    String[] job = arguments("killed");
    kill("killed", LOCAL, job, () -> Files.exists(folder.resolve("killed/manifest.json")));
    assertThat(shards("killed")).as("before the first shard").isZero();
    kill("killed", LOCAL, job, () -> shards("killed") > 0);
    long done = shards("killed");
    long all =
        JSON.readTree(folder.resolve("killed/manifest.json").toFile()).get("shards").asLong();
    assertThat(done).as("the kill came before the end").isLessThan(all);

    // With another number of slots, and so of threads if those of the first run were not kept.
    String finishing =
        kill("killed", List.of("--master", "local[1]"), job, () -> shards("killed") == all);
    assertThat(finishing).contains((all - done) + " of " + all + " shards to do");
    assertThat(folder.resolve("killed/_SUCCESS")).doesNotExist();
    SparkSubmit.Ended resumed = SharedDriver.gensweep(LOCAL, arguments("killed"));
    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    assertThat(resumed.output()).contains(" 0 of " + all + " shards to do");
    assertThat(folder.resolve("killed/_SUCCESS")).exists();

    SparkSubmit.Ended whole = SharedDriver.gensweep(LOCAL, arguments("whole"));
    assertThat(whole.exitCode()).as(whole.output()).isZero();
    SparkSubmit.requireSameRows(2048, folder.resolve("killed"), folder.resolve("whole"));

    SparkSubmit.Ended changed =
        SharedDriver.gensweep(LOCAL, arguments("whole", "--set", "sampling.seed=4"));
    assertThat(changed.exitCode()).isEqualTo(2);
    assertThat(changed.output()).contains("sampling.seed was 3, is 4");
    SparkSubmit.Ended refused =
        SharedDriver.gensweep(LOCAL, arguments("whole", "--set", "output.if_exists=fail"));
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.output()).contains("output.if_exists");
  }

  @Test
  void aKilledScoringRunAgainEndsWithTheScoresOfAnUninterruptedOne() throws Exception {
    List<String> questions = Files.readAllLines(Path.of("data/prompts/arithmetic.jsonl"));
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 16; j++) {
        text.append(
            JSON.readTree(questions.get((i * 7 + j) % 256)).at("/messages/0/content").asText());
      }
      documents.add(JSON.writeValueAsString(Map.of("id", "d" + i, "document", text.toString())));
    }
    Files.write(folder.resolve("documents.jsonl"), documents);
    kill("scored", LOCAL, scoring("scored"), () -> shards("scored", "scores") > 0);
    assertThat(folder.resolve("scored/_SUCCESS")).as("the kill came too late").doesNotExist();
    List<String> one = List.of("--master", "local[1]");
    SparkSubmit.Ended resumed = SharedDriver.gensweep(one, scoring("scored"));
    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    SparkSubmit.Ended whole = SharedDriver.gensweep(LOCAL, scoring("unbroken"));
    assertThat(whole.exitCode()).as(whole.output()).isZero();
    SparkSubmit.requireSameRows(400, folder.resolve("scored"), folder.resolve("unbroken"));
  }

  private String[] scoring(String output) {
    return new String[] {
      "score",
      "src/test/resources/jobs/sampled.yaml",
      "--set",
      "prompts={path: "
          + folder.resolve("documents.jsonl")
          + ", id: id, text: document, messages: null, keep: []}",
      "--set",
      "score={document: document}",
      "--set",
      "output.path=" + folder.resolve(output)
    };
  }

  @Test
  void aJobToldToEndLeavesNothingBehindAndIsResumed() throws Exception {
    Path log = folder.resolve("ended.log");
    Process ended = SparkSubmit.start(LOCAL, log, arguments("ended"));
    while (shards("ended") == 0) {
      assertThat(ended.isAlive()).as(Files.readString(log)).isTrue();
      Thread.sleep(50);
    }
    // Held while the second tries, which may take as long as all of the first.
    SparkSubmit.signal("STOP", ended.toHandle());
    SparkSubmit.Ended second = SharedDriver.gensweep(LOCAL, arguments("ended"));
    SparkSubmit.signal("CONT", ended.toHandle());
    assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
    assertThat(second.output())
        .contains("another run writes to it: process " + ended.pid() + " on ");

    assertThat(ended.isAlive()).as("the first runs on").isTrue();
    ended.destroy();
    assertThat(ended.waitFor()).as(Files.readString(log)).isEqualTo(128 + 15);
    assertThat(folder.resolve("ended/_lock")).doesNotExist();
    assertThat(folder.resolve("ended/_tmp")).doesNotExist();
    assertThat(folder.resolve("ended/_SUCCESS")).doesNotExist();

    SparkSubmit.Ended resumed = SharedDriver.gensweep(LOCAL, arguments("ended"));
    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    assertThat(folder.resolve("ended/_lock")).doesNotExist();
    SparkSubmit.Ended rows =
        SparkSubmit.python(
            "-c",
            "import duckdb, sys; print(duckdb.sql(f\"select count(*), count(distinct (prompt_id, sweep_point, sample_index))"
                + " from '{sys.argv[1]}/completions/*.parquet'\").fetchall())",
            folder.resolve("ended").toString());
    assertThat(rows.output()).isEqualTo("[(2048, 2048)]\n");
  }

  /** Runs the job until {@code point}, and gives what it printed. */
  private String kill(
      String output, List<String> options, String[] arguments, Callable<Boolean> point)
      throws Exception {
    Path log = folder.resolve(output + ".log");
    Process job = SparkSubmit.start(options, log, arguments);
    try {
      while (!point.call()) {
        assertThat(job.isAlive()).as(Files.readString(log)).isTrue();
        Thread.sleep(5);
      }
    } finally {
      job.descendants().forEach(ProcessHandle::destroyForcibly);
      job.destroyForcibly().waitFor();
    }
    return Files.readString(log);
  }

  private long shards(String output) throws IOException {
    return shards(output, "completions");
  }

  private long shards(String output, String kind) throws IOException {
    Path rows = folder.resolve(output).resolve(kind);
    if (!Files.isDirectory(rows)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(rows)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).count();
    }
  }

  private String[] arguments(String output, String... sets) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "src/test/resources/jobs/sampled.yaml",
                "--set",
                "sampling.n=4",
                "--set",
                "prompts.path=data/prompts/arithmetic.jsonl",
                "--set",
                "output.path=" + folder.resolve(output)));
    arguments.addAll(List.of(sets));
    return arguments.toArray(String[]::new);
  }
}
