package io.gensweep.job;

import static io.gensweep.job.JobText.least;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobSpecTest {
  @Test
  void aJobArrivesAtTheExecutorsAsItLeft() throws Exception {
    JobSpec job =
        least(
                "model.max_model_len=64",
                "prompts.keep=[a]",
                "evaluate.reference=a",
                "evaluate.scorers=[numeric, {name: long, type: sql, expression: length(text) > 9}]",
                "evaluate.group_by=[a]",
                "sampling.stop=[x]",
                "sweep.temperature=[0, 1]")
            .spec();
    assertThat(overTheWire(job)).isEqualTo(job);
    JobSpec scored =
        new JobSpec(
            job.name(),
            job.model(),
            job.prompts(),
            job.chat(),
            job.sampling(),
            job.sweep(),
            Optional.of(new ScoreSpec(Optional.of("answer"), Optional.empty())),
            job.evaluate(),
            job.engine(),
            job.output());
    assertThat(overTheWire(scored)).isEqualTo(scored).isNotEqualTo(job);
    ResolvedJob resolved = least("sampling.stop=[x]");
    assertThat(overTheWire(resolved)).isEqualTo(resolved);
  }

  private static Object overTheWire(Serializable value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }
}
