package io.gensweep.job;

import static io.gensweep.job.JobText.least;
import static io.gensweep.job.JobText.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Settings given as {@code --set key=value}. */
class CommandLineSettingsTest {
  @Test
  void valuesOfArgumentsAreYaml() {
    JobSpec job =
        least(
                "sampling.stop=[\"\\n\", \"=\"]",
                "model={path: hdfs://host:8020/a=b, dtype: bfloat16}",
                "prompts.id=",
                "sampling.temperature=1e-3")
            .spec();
    assertThat(job.sampling().stop()).containsExactly("\n", "=");
    assertThat(job.model().path()).isEqualTo("hdfs://host:8020/a=b");
    assertThat(job.model().dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(job.sampling().temperature()).isEqualTo(0.001);
  }

  @Test
  void pathsOfTheCommandLineAreTakenAsTheyAre() {
    ResolvedJob job =
        JobFile.parse(
                "job.yaml",
                "prompts: {text: p}",
                List.of(
                    "model.path=[1] {a: b} #2",
                    "output.path=*out: 007, !x",
                    "chat_template=%&@`.jinja",
                    "prompts.path=7"))
            .resolve(Optional.empty());
    assertThat(job.spec().model().path()).isEqualTo("[1] {a: b} #2");
    assertThat(job.spec().prompts().path()).contains("7");
    assertThat(job.spec().output().path()).isEqualTo("*out: 007, !x");
    assertThat(job.spec().chat().templateFile()).contains("%&@`.jinja");
    assertThat(
            JobFile.parse(
                    "job.yaml",
                    "{prompts: {text: p, path: p}, chat_template: t, model: {path: m}, output: {path: o}}",
                    List.of("chat_template=null", "prompts.path='quoted #3'"))
                .resolve(Optional.empty())
                .spec())
        .satisfies(spec -> assertThat(spec.chat().templateFile()).isEmpty())
        .satisfies(spec -> assertThat(spec.prompts().path()).contains("quoted #3"));
  }

  @Test
  void aHomeFolderIsWrittenOut() {
    for (String key : List.of("model.path", "prompts.path", "output.path", "chat_template")) {
      assertThatThrownBy(
              () ->
                  JobFile.parse(
                          "job.yaml",
                          "{prompts: {text: p, path: p}, model: {path: m}, output: {path: o}}",
                          List.of(key + "=~/x"))
                      .resolve(Optional.empty()))
          .isInstanceOf(JobError.class)
          .hasMessageContaining(key + " must not begin with ~, was ~/x: write the home folder out");
    }
  }

  /** Each default, written out, gives the same job as silence: it binds, and it is the default. */
  @Test
  void everyDefaultBindsWhenWrittenOut() {
    JobSpec silent = least().spec();
    int written = 0;
    for (Setting setting : least().settings()) {
      if (setting.origin() == Origin.DEFAULT && !setting.value().isNull()) {
        ResolvedJob job = least(setting.key() + "=" + setting.value());
        assertThat(job.spec()).as(setting.key()).isEqualTo(silent);
        assertThat(setting(job, setting.key())).isEqualTo(setting.value() + " (command_line)");
        written++;
      }
    }
    assertThat(written).isEqualTo(42);
  }
}
