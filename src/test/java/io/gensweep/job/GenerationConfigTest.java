package io.gensweep.job;

import static io.gensweep.job.JobText.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The model's generation_config.json among the other origins of a setting. */
class GenerationConfigTest {
  @Test
  void theCommandLineOverridesTheFileThatOverridesTheModelThatOverridesTheDefaults() {
    String yaml =
        JobText.LEAST + "sampling: {from_model: true, top_p: 0.8, max_new_tokens: 7, min_p: 0.1}";
    String model =
        """
        {"temperature": 0.6, "top_p": 0.5, "top_k": 20, "max_new_tokens": 99, "min_p": null,
         "eos_token_id": [1, 2], "do_sample": true, "transformers_version": "4.51.0"}
        """;
    ResolvedJob job =
        JobFile.parse("x.yaml", yaml, List.of("sampling.max_tokens=8")).resolve(Optional.of(model));
    assertThat(setting(job, "sampling.seed")).isEqualTo("0 (default)");
    assertThat(setting(job, "sampling.temperature")).isEqualTo("0.6 (model)");
    assertThat(setting(job, "sampling.top_k")).isEqualTo("20 (model)");
    assertThat(setting(job, "sampling.min_p")).isEqualTo("0.1 (job_file)");
    assertThat(setting(job, "sampling.top_p")).isEqualTo("0.8 (job_file)");
    assertThat(setting(job, "sampling.max_tokens")).isEqualTo("8 (command_line)");
    assertThat(job.spec().sampling())
        .isEqualTo(
            SamplingConfig.defaults()
                .withTemperature(0.6)
                .withTopK(20)
                .withTopP(0.8)
                .withMinP(0.1)
                .withMaxTokens(8));
  }

  @Test
  void theModelsGenerationConfigCountsOnlyWhenTheJobSaysSo() {
    JobFile file = JobFile.parse("x.yaml", JobText.LEAST, List.of());
    assertThat(file.samplingFromModel()).isFalse();
    assertThat(file.resolve(Optional.of("{\"temperature\": 0.1}")).spec().sampling())
        .isEqualTo(SamplingConfig.defaults());
  }

  @Test
  void aModelThatDoesNotSampleIsGreedy() {
    ResolvedJob job =
        fromModel("{\"do_sample\": false, \"temperature\": 0.6}", "sampling.from_model=true");
    assertThat(job.spec().sampling().greedy()).isTrue();
  }

  @Test
  void errorsOfTheModelsGenerationConfigNameIt() {
    assertThatThrownBy(() -> fromModel("{\"top_p\": 7}", "sampling.from_model=true"))
        .isInstanceOf(JobError.class)
        .hasMessage("generation_config.json: sampling.top_p must be in (0, 1], was 7.0");
    assertThatThrownBy(() -> fromModel("{\n  nope", "sampling.from_model=true"))
        .isInstanceOf(JobError.class)
        .hasMessage("generation_config.json:2: not valid JSON");
  }

  @Test
  void aPenaltyOfTheModelCanBeSetBack() {
    ResolvedJob job =
        fromModel(
            "{\"repetition_penalty\": 1.05}",
            "sampling.from_model=true",
            "sampling.repetition_penalty=1.0");
    assertThat(setting(job, "sampling.repetition_penalty")).isEqualTo("1.0 (command_line)");
  }

  private static ResolvedJob fromModel(String json, String... sets) {
    return JobFile.parse("x.yaml", JobText.LEAST, List.of(sets)).resolve(Optional.of(json));
  }
}
