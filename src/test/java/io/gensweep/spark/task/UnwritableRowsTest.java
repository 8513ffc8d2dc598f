package io.gensweep.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import io.gensweep.engine.Completion;
import io.gensweep.engine.FinishReason;
import io.gensweep.engine.Score;
import io.gensweep.engine.Variant;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobSpec;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptContent;
import io.gensweep.prompt.Slice;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.run.TinyJob;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRow;
import org.junit.jupiter.api.Test;

/** Answers that cannot become rows of the output: each is an error row, and the task goes on. */
class UnwritableRowsTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final Variant VARIANT = new Variant(3, 2, SamplingConfig.defaults());
  private static final Row KEPT = RowFactory.create("7", 8L);

  /** A stand-in for values that cannot be read. */
  private static final Row UNREADABLE =
      new GenericRow(new Object[] {"7", 8L}) {
        @Override
        public Object get(int i) {
          throw new IllegalStateException("column " + i + " cannot be read");
        }
      };

  @Test
  void aCompletionKeepsItsKeyAndItsKeptColumns() {
    Work<Completion> work = new GenerationWork(plan());
    Work.Finished<Completion> finished =
        work.finish(completion(Arrays.asList((TopLogprob) null)), prompt(KEPT));
    assertThat(finished.answer().failure().orElseThrow().toString())
        .startsWith("internal: java.lang.NullPointerException");
    assertThat(finished.row().get(0)).isEqualTo("p");
    assertThat(finished.row().get(1)).isEqualTo(3);
    assertThat(finished.row().get(2)).isEqualTo(2);
    assertThat(values(finished.row()))
        .contains("error")
        .endsWith(finished.answer().failure().orElseThrow().toString(), "7", 8L);
  }

  @Test
  void keptColumnsThatAreToBlameAreNull() {
    Work<Completion> work = new GenerationWork(plan());
    Work.Finished<Completion> finished =
        work.finish(completion(List.of(new TopLogprob(1, -1f))), prompt(UNREADABLE));
    assertThat(values(finished.row()))
        .startsWith("p", 3, 2, "")
        .endsWith("internal: java.lang.IllegalStateException: column 0 cannot be read", null, null);

    Work<Score> scoring = new ScoringWork(plan("score.reference=answer"));
    Score score = new Score("p", 1, new int[] {5}, new float[] {-1}, true, Optional.empty());
    assertThat(values(scoring.finish(score, prompt(KEPT)).row())).endsWith("7", 8L);
    Work.Finished<Score> unscored = scoring.finish(score, prompt(UNREADABLE));
    assertThat(values(unscored.row()))
        .startsWith("p", 1)
        .endsWith("internal: java.lang.IllegalStateException: column 0 cannot be read", null, null);
    assertThat(unscored.answer().tokenIds()).isEmpty();
  }

  private static List<Object> values(Row row) {
    Object[] values = new Object[row.length()];
    Arrays.setAll(values, row::get);
    return Arrays.asList(values);
  }

  private static Completion completion(List<TopLogprob> alternatives) {
    return new Completion(
        "p",
        VARIANT.sweepPoint(),
        VARIANT.sampleIndex(),
        VARIANT.sampling(),
        "4",
        new int[] {5},
        new float[] {-1},
        new float[] {-1},
        Optional.of(Arrays.asList(alternatives)),
        FinishReason.LENGTH,
        Optional.empty(),
        1,
        Optional.empty(),
        Optional.empty());
  }

  private static Prompt prompt(Row kept) {
    return new Prompt(
        "p",
        new PromptContent.Text("2 + 2"),
        Optional.empty(),
        kept,
        List.of(Optional.of("3"), Optional.of("4")),
        Slice.ALL);
  }

  private static TaskPlan plan(String... sets) {
    JobSpec job = TinyJob.of(Path.of("none"), Path.of("none"), sets).spec();
    return ModelPlan.of(job.model(), job.engine(), Optional.empty(), SPARK)
        .forTasks(job, FileAccess.of(SPARK), "", LocalDateTime.of(2026, 1, 1, 0, 0));
  }
}
