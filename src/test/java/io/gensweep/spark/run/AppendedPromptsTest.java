package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.model.Sha256;
import io.gensweep.output.OutputError;
import io.gensweep.report.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that go on with an output whose prompt file has grown, or has changed. */
class AppendedPromptsTest {
  private static final int FIRST = 40;

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.session();
  private List<String> all;

  @BeforeEach
  void firstRun() throws IOException {
    all = Files.readAllLines(Path.of("data/prompts/quickstart.jsonl"));
    assertThat(run("out", all.subList(0, FIRST)).rows()).isEqualTo(2 * FIRST);
  }

  @Test
  void appendedPromptsAreJustMoreWork() throws IOException {
    Map<String, String> before = shards("out");
    List<String> more = new ArrayList<>(all.subList(0, 60));
    Collections.shuffle(more, new Random(3));
    RunSummary second = run("out", more);
    assertThat(second.rows()).isEqualTo(2 * 60);
    assertThat(second.tokens()).as("only what was missing is generated").isLessThan(20 * 2 * 8 + 1);
    RunSummary third = run("out", all);
    assertThat(third.rows()).isEqualTo(2 * 64);
    assertThat(third.tokens()).isPositive().isLessThan(4 * 2 * 8 + 1);
    assertThat(run("out", all).tokens()).as("nothing is missing").isZero();

    assertThat(shards("out")).containsAllEntriesOf(before);
    run("whole", all);
    assertThat(rows("out")).hasSize(128).isEqualTo(rows("whole"));
    assertThat(Files.readString(folder.resolve("out/manifest.json")))
        .containsPattern("\"appended_shards\" : \\[ \\d, 1 ]");
  }

  @Test
  void aRunThatBrokeOffGoesOnWithWhatItLacksAndWhatWasAppended() throws IOException {
    lose("shard-00001-of-00008.parquet");
    run("out", all);
    lose("shard-00000-of-00006-appended-1.parquet");
    lose("shard-00002-of-00008.parquet");
    run("out", all);
    run("whole", all);
    assertThat(rows("out")).hasSize(128).isEqualTo(rows("whole"));
  }

  @Test
  void changedPromptsAreRefusedByTheirIds() throws IOException {
    Map<String, String> before = shards("out");
    List<String> changed = new ArrayList<>(all);
    changed.set(3, changed.get(3).replace("Q: ", "Q:  "));
    String id = changed.get(3).replaceAll(".*\"id\": ?\"([^\"]+)\".*", "$1");
    assertThatThrownBy(() -> run("out", changed))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("'" + id + "' is not what it was")
        .hasMessageContaining("overwrite");
    List<String> fewer = all.subList(1, 64);
    assertThatThrownBy(() -> run("out", fewer))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("' is gone");
    assertThatThrownBy(() -> run("out", all, "sampling.seed=9"))
        .hasMessageContaining("sampling.seed was 0, is 9");
    assertThat(shards("out")).isEqualTo(before);
    assertThat(run("out", changed, "output.if_exists=overwrite").rows()).isEqualTo(128);
  }

  @Test
  void malformedLinesMayRepeatAmongThem() throws IOException {
    List<String> lines = new ArrayList<>(all.subList(0, 20));
    lines.addAll(List.of("{\"id\": ", "{\"id\": "));
    String[] failing = {"output.max_failed_fraction=1"};
    assertThat(run("bad", lines, failing).rows()).isEqualTo(40);
    lines.addAll(all.subList(20, 30));
    lines.add("{\"id\": \"x");
    assertThat(run("bad", lines, failing).rows()).isEqualTo(60);
    assertThat(spark.read().parquet(folder.resolve("bad/errors").toString()).count())
        .isEqualTo(2 * 3);
    lines.add("{\"id\": ");
    assertThatThrownBy(() -> run("bad", lines, failing))
        .hasMessageContaining("is not what it was")
        .hasMessageContaining("malformed-");
  }

  /** A version before there was one. */
  @Test
  void anOutputWithoutALedgerIsResumedAndNotAppendedTo() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("out/_prompts"))) {
      files
          .sorted(Collections.reverseOrder())
          .forEach(path -> assertThat(path.toFile().delete()).isTrue());
    }
    lose("shard-00001-of-00008.parquet");
    assertThat(run("out", all.subList(0, FIRST)).rows()).isEqualTo(2 * FIRST);
    assertThatThrownBy(() -> run("out", all))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("other prompts");
  }

  private void lose(String shard) throws IOException {
    Files.delete(folder.resolve("out/completions").resolve(shard));
    Files.deleteIfExists(folder.resolve("out/_SUCCESS"));
  }

  private RunSummary run(String output, List<String> prompts, String... sets) throws IOException {
    Path file = Files.write(folder.resolve("prompts.jsonl"), prompts);
    List<String> all = new ArrayList<>(List.of("sampling.n=2", "sampling.max_tokens=8"));
    all.addAll(List.of(sets));
    return TinyRun.of(TinyJob.of(file, folder.resolve(output), all.toArray(String[]::new)))
        .summary();
  }

  private Map<String, String> shards(String output) throws IOException {
    Map<String, String> shards = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve(output).resolve("completions"))) {
      for (Path file : files.toList()) {
        shards.put(file.getFileName().toString(), Sha256.hex(List.of(file)));
      }
    }
    return shards;
  }

  private List<String> rows(String output) {
    return TinyRun.keyed(folder.resolve(output).toString());
  }
}
