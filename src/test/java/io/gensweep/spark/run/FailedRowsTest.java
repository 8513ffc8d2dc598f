package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.report.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in this JVM whose rows fail in part. */
class FailedRowsTest {
  private static final int PROMPTS = 64;
  private static final SparkSession SPARK = LocalSpark.session();

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  /** Every fourth prompt fails, the others take their time, so no shard is done long before. */
  @Test
  void aRunStopsOnceTooManyRowsFailedAndGoesOnWhenMoreMay() throws IOException {
    Path prompts = prompts(i -> i % 4 == 0 ? null : "\"Q: What is 4 + %d?\"".formatted(i));
    String[] slow = {"sampling.max_tokens=120", "sampling.ignore_eos=true"};

    assertThatThrownBy(() -> run(prompts, slow))
        .isInstanceOf(TooManyFailedRows.class)
        .hasMessageContaining("of 64 rows failed (bad_prompt ")
        .hasMessageContaining("output.max_failed_fraction 0.0");
    int done = shards();
    assertThat(done).isBetween(1, 7);
    assertThat(folder.resolve("out/_SUCCESS")).doesNotExist();

    assertThatThrownBy(() -> run(prompts, slow)).isInstanceOf(TooManyFailedRows.class);
    assertThat(shards()).isBetween(done, 7);

    RunSummary summary = run(prompts, slow[0], slow[1], "output.max_failed_fraction=0.25");
    assertThat(summary.rows()).isEqualTo(48);
    assertThat(summary.failed()).isEqualTo(16);
    assertThat(shards()).isEqualTo(8);
    assertThat(folder.resolve("out/_SUCCESS")).exists();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("16 of 64 rows failed: bad_prompt 16; ");
  }

  @Test
  void failedRowsAreMadeAgainOnlyWhenThatIsAskedFor() throws IOException {
    Path prompts = prompts(i -> i == 5 ? null : "\"4 + %d\"".formatted(i));
    String[] sets = {"sampling.max_tokens=4", "output.max_failed_fraction=0.5"};
    run(prompts, sets);
    assertThat(run(prompts, sets).tokens()).isZero();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains(" 0 of 8 shards to do");

    RunSummary retried = run(true, prompts, sets);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("1 shards have failed rows")
        .contains(" 1 of 8 shards to do");
    assertThat(retried.rows()).isEqualTo(63);
    assertThat(retried.failed()).isEqualTo(1);
    assertThat(retried.tokens()).isBetween(4L, 100L);
  }

  /** A dataset of prompts as JSON values by their number; null is a prompt that fails. */
  private Path prompts(IntFunction<String> prompt) throws IOException {
    return Files.write(
        folder.resolve("prompts.jsonl"),
        IntStream.range(0, PROMPTS)
            .mapToObj(i -> "{\"id\": %d, \"prompt\": %s}".formatted(i, prompt.apply(i)))
            .toList());
  }

  private RunSummary run(Path prompts, String... sets) throws IOException {
    return run(false, prompts, sets);
  }

  private RunSummary run(boolean retryFailed, Path prompts, String... sets) throws IOException {
    return GenerationJob.run(
        Command.RUN,
        TinyJob.of(prompts, folder.resolve("out"), sets),
        retryFailed,
        SPARK,
        new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private int shards() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out/completions"))) {
      return (int) files.count();
    }
  }
}
