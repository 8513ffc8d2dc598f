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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobSpecTest {
  @Test
  void aJobArrivesAtTheExecutorsAsItLeft() throws Exception {
    JobSpec job =
        least(
                "model.max_model_len=64",
                "prompts.keep=[a]",
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
            job.engine(),
            job.output());
    assertThat(overTheWire(scored)).isEqualTo(scored).isNotEqualTo(job);
    ResolvedJob resolved = least("sampling.stop=[x]");
    assertThat(overTheWire(resolved)).isEqualTo(resolved);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=other",
        "model.path=elsewhere",
        "model.device=cuda:3",
        "engine.max_batch=7",
        "output.path=there",
        "output.if_exists=fail",
        "output.max_failed_fraction=0.5",
        "sampling.temperature=1",
        "sampling.top_k=-1",
        "sweep.points=[{name: only}]"
      })
  void whatDoesNotChangeARowDoesNotChangeTheFingerprint(String set) {
    assertThat(least(set).spec().fingerprint()).isEqualTo(least().spec().fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.dtype=bfloat16",
        "model.max_model_len=5",
        "prompts.path=q.jsonl",
        "prompts.format=text",
        "prompts.id=id",
        "prompts.text=other",
        "prompts.keep=[a]",
        "prompts.special_tokens=plain",
        "chat=always",
        "chat_template=t.jinja",
        "sampling.n=2",
        "sampling.max_tokens=2",
        "sampling.min_tokens=2",
        "sampling.temperature=0.5",
        "sampling.top_k=2",
        "sampling.top_p=0.5",
        "sampling.min_p=0.5",
        "sampling.seed=2",
        "sampling.stop=a",
        "sampling.stop_token_ids=[2]",
        "sampling.ignore_eos=true",
        "sampling.logprobs=2",
        "sweep.seed=[0, 1]"
      })
  void whatChangesARowChangesTheFingerprint(String set) {
    assertThat(least(set).spec().fingerprint()).isNotEqualTo(least().spec().fingerprint());
  }

  /** Output written before would no longer resume if this changed without need. */
  @Test
  void theFingerprintStaysTheSameFromRunToRun() {
    assertThat(least().spec().fingerprint())
        .isEqualTo("0366fa1a1aa8cb0065a2b6221813335236d3cf3937d52085605f1dbef0b8f129");
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
