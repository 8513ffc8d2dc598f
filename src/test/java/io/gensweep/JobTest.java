package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import io.gensweep.spark.run.TooManyFailedRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job inside another program, whose session has settings of its own. */
class JobTest {
  private final SparkSession spark = LocalSpark.session().newSession();

  @TempDir private Path folder;

  @Test
  void returnsEveryCompletionAndLeavesTheSessionAsItIs() throws IOException {
    spark.conf().set("spark.sql.session.timeZone", "Asia/Tokyo");
    Dataset<Row> rows =
        Job.read("jobs/quickstart.yaml")
            .set("model.dtype", "float32")
            .set("sampling.max_tokens", 4)
            .set("sweep.temperature", List.of(0, 0.7))
            .set("output.path", folder.resolve("out [1]").toString())
            .run(spark);
    assertThat(rows.count()).isEqualTo(128);
    assertThat(rows.columns()).contains("prompt_id", "text", "logprobs", "answer");
    assertThat(rows.sparkSession()).isSameAs(spark);
    assertThat(spark.conf().get("spark.sql.session.timeZone")).isEqualTo("Asia/Tokyo");
    assertThat(folder.resolve("out [1]/_SUCCESS")).exists();
  }

  @Test
  void scoresTextsToo() throws IOException {
    Dataset<Row> scores =
        Job.read("jobs/quickstart.yaml")
            .set("model.dtype", "float32")
            .set("score.reference", "answer")
            .set("output.path", folder.resolve("scores").toString())
            .score(spark);
    assertThat(scores.count()).isEqualTo(64);
    assertThat(scores.columns()).contains("sum_logprob");
  }

  @Test
  void whatIsWrongIsAnException() throws IOException {
    assertThatThrownBy(() -> Job.read("no/such.yaml").run(spark))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("no/such.yaml: there is no such job file");
    Job job = Job.read("jobs/quickstart.yaml");
    assertThatThrownBy(() -> job.set("sampling.temprature", 1).run(spark))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("did you mean");
    Path prompts = folder.resolve("prompts.jsonl");
    Files.writeString(prompts, "{\"id\": \"a\", \"prompt\": null, \"answer\": \"1\"}\n");
    assertThatThrownBy(
            () ->
                job.set("prompts.path", prompts.toString())
                    .set("output.path", folder.resolve("failed").toString())
                    .run(spark))
        .isInstanceOf(TooManyFailedRows.class);
  }
}
