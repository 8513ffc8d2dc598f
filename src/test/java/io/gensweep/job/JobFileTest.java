package io.gensweep.job;

import static io.gensweep.job.JobText.least;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobFileTest {
  private static final String WHOLE =
      """
      name: quickstart
      model:
        path: data/models/tiny
        dtype: bfloat16
        device: cuda:1
        max_model_len: 2048
      prompts:
        path: data/prompts/quickstart.jsonl
        format: jsonl
        id: id
        messages: chat
        keep: [answer]
        special_tokens: plain
        last_assistant: drop
      chat: always
      chat_template: template.jinja
      sampling:
        n: 2
        max_tokens: 64
        min_tokens: 1
        temperature: 1
        top_k: -1
        top_p: 0.95
        min_p: 0.05
        seed: 9007199254740993
        stop: "\\n"
        stop_token_ids: [2]
        ignore_eos: true
        logprobs: 3
      sweep:
        temperature: [0.0, 0.7]
      engine:
        max_batch: 16
      output:
        path: out/quickstart
        if_exists: overwrite
        max_failed_fraction: 0.25
      """;

  @Test
  void everyKeyOfAJobFileArrives() {
    JobSpec job = JobText.resolve(WHOLE).spec();
    SamplingConfig sampling =
        SamplingConfig.defaults()
            .withN(2)
            .withMaxTokens(64)
            .withMinTokens(1)
            .withTopP(0.95)
            .withMinP(0.05)
            .withSeed(9007199254740993L)
            .withStop(List.of("\n"))
            .withStopTokenIds(List.of(2))
            .withIgnoreEos(true)
            .withLogprobs(3);
    assertThat(job)
        .isEqualTo(
            new JobSpec(
                "quickstart",
                new ModelSpec("data/models/tiny", DType.BFLOAT16, "cuda:1", Optional.of(2048)),
                new PromptsSpec(
                    Optional.of("data/prompts/quickstart.jsonl"),
                    Optional.empty(),
                    "jsonl",
                    Optional.of("id"),
                    PromptKind.MESSAGES,
                    "chat",
                    List.of("answer"),
                    Optional.empty(),
                    SpecialTokens.PLAIN,
                    LastAssistant.DROP),
                new ChatSpec(ChatMode.ALWAYS, Optional.of("template.jinja")),
                sampling,
                new SweepGrid(
                    List.of(
                        new SweepPoint(
                            0,
                            "temperature=0.0",
                            sampling.withTemperature(0),
                            Set.of("temperature")),
                        new SweepPoint(
                            1,
                            "temperature=0.7",
                            sampling.withTemperature(0.7),
                            Set.of("temperature")))),
                Optional.empty(),
                EvaluateSpec.NONE,
                new EngineSpec(Optional.of(16)),
                new OutputSpec("out/quickstart", IfExists.OVERWRITE, 0.25)));
  }

  @Test
  void whatAJobLeavesOutHasTheDocumentedDefault() {
    JobSpec job = least().spec();
    assertThat(job.sampling()).isEqualTo(SamplingConfig.defaults());
    assertThat(job.sweep()).isEqualTo(SweepGrid.of(SamplingConfig.defaults()));
    assertThat(job.model()).isEqualTo(new ModelSpec("m", DType.AUTO, "auto", Optional.empty()));
    assertThat(job.prompts().format()).isEqualTo("jsonl");
    assertThat(job.prompts().id()).isEmpty();
    assertThat(job.prompts().keep()).isEmpty();
    assertThat(job.prompts().specialTokens()).isEqualTo(SpecialTokens.PARSE);
    assertThat(job.chat()).isEqualTo(new ChatSpec(ChatMode.AUTO, Optional.empty()));
    assertThat(job.engine().maxBatch()).isEmpty();
    assertThat(job.output()).isEqualTo(new OutputSpec("o", IfExists.RESUME, 0.0));
    assertThat(job.score()).isEmpty();
  }

  @Test
  void everyKeyWithADefaultIsResolvedToItWhenTheJobIsSilent() {
    ResolvedJob job = least();
    List<String> keys = leafKeys();
    assertThat(keys).hasSizeGreaterThan(35);
    keys.add(0, Command.KEY);
    assertThat(job.resolved(Command.RUN).findValuesAsText("key")).containsExactlyElementsOf(keys);
    for (JsonNode setting : job.resolved(Command.RUN)) {
      String key = setting.get("key").textValue();
      if (setting.get("origin").textValue().equals("default") && !key.equals("name")) {
        String section = key.contains(".") ? key.substring(0, key.indexOf('.')) : "";
        String local = key.substring(key.indexOf('.') + 1);
        assertThat(setting.get("value")).as(key).isEqualTo(JobKeys.defaultOf(section, local));
      }
    }
  }

  @Test
  void aNameOfHuggingFaceStandsForOurs() {
    SamplingConfig sampling =
        least(
                "sampling.max_new_tokens=9",
                "sampling.min_new_tokens=2",
                "sampling.num_return_sequences=3",
                "sampling.stop_strings=[a]")
            .spec()
            .sampling();
    assertThat(sampling)
        .isEqualTo(
            SamplingConfig.defaults()
                .withMaxTokens(9)
                .withMinTokens(2)
                .withN(3)
                .withStop(List.of("a")));
  }

  @Test
  void aHeadingWithNothingUnderItIsNoError() {
    assertThat(JobText.resolve(JobText.LEAST + "sampling:\nsweep:\n").spec())
        .isEqualTo(least().spec());
  }

  @Test
  void aJobIsNamedAfterItsFile() {
    assertThat(nameOf("s3a://bucket/jobs/night.run.yaml")).isEqualTo("night.run");
    assertThat(nameOf("quickstart")).isEqualTo("quickstart");
    assertThat(nameOf("jobs/.yaml")).isEqualTo("gensweep");
    assertThat(nameOf("")).isEqualTo("gensweep");
  }

  @Test
  void theModelIsKnownBeforeTheSamplingIs() {
    JobFile file = JobFile.parse("x.yaml", JobText.LEAST, List.of("model.path=other"));
    assertThat(file.model().path()).isEqualTo("other");
  }

  private static String nameOf(String source) {
    return JobFile.parse(source, JobText.LEAST, List.of()).resolve(Optional.empty()).spec().name();
  }

  private static List<String> leafKeys() {
    List<String> keys = new ArrayList<>();
    JobKeys.DEFAULTS
        .fields()
        .forEachRemaining(
            top -> {
              if (top.getValue().isObject()) {
                top.getValue().fieldNames().forEachRemaining(k -> keys.add(top.getKey() + "." + k));
              } else {
                keys.add(top.getKey());
              }
            });
    return keys;
  }
}
