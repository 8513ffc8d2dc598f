package io.gensweep.job;

import static io.gensweep.job.JobText.least;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.sampling.Profile;
import io.gensweep.sampling.RepetitionDetection;
import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowSamplingTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults();

  @Test
  void aRowOverridesTheJobAndAPointOfTheSweepOverridesTheRow() {
    RowSampling rows =
        of("sampling={top_p: 0.5, seed: 3}", "sweep.points=[{}, {temperature: 1}, {n: 2}]");
    assertThat(rows.points("{\"temperature\": 0.3, \"n\": 5, \"seed\": 4}"))
        .extracting(SweepPoint::sampling)
        .containsExactly(
            PLAIN.withTopP(0.5).withTemperature(0.3).withN(5).withSeed(4),
            // Though 1 is what the job has anyway.
            PLAIN.withTopP(0.5).withTemperature(1).withN(5).withSeed(4),
            PLAIN.withTopP(0.5).withTemperature(0.3).withN(2).withSeed(4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{}", "{\"temperature\": null}", "{\"max_new_tokens\": null}"})
  void whatIsNotSetIsTheJobs(String json) {
    RowSampling rows = of("sampling={top_p: 0.5, bad_words: [a]}", "sweep.temperature=[0, 1]");
    assertThat(rows.points(json))
        .isEqualTo(
            least("sampling={top_p: 0.5, bad_words: [a]}", "sweep.temperature=[0, 1]")
                .spec()
                .sweep()
                .points());
  }

  @Test
  void everyKindOfValueArrives() {
    assertThat(
            one(
                """
                {"profile": "vllm", "max_new_tokens": 9, "temperature": 1, "stop": "x",
                 "stop_token_ids": [3], "logit_bias": {"5": -1.5, "7": 2}, "ignore_eos": true,
                 "bad_words_ids": [[1, 2], [3]], "allowed_token_ids": [5, 7],
                 "repetition_detection": {"max_pattern_size": 4, "min_count": 3}}
                """))
        .isEqualTo(
            PLAIN
                .withProfile(Profile.VLLM)
                .withMaxTokens(9)
                .withStop(List.of("x"))
                .withStopTokenIds(List.of(3))
                .withLogitBias(Map.of(5, -1.5, 7, 2.0))
                .withIgnoreEos(true)
                .withBadWordsIds(List.of(List.of(1, 2), List.of(3)))
                .withAllowedTokenIds(List.of(5, 7))
                .withRepetitionDetection(new RepetitionDetection(4, 0, 3)));
  }

  @Test
  void theValuesOfAMapColumnMayAllBeNumbersOrAllTexts() {
    SamplingConfig wanted = PLAIN.withTopK(5).withTemperature(0.5);
    assertThat(one("{\"top_k\": 5.0, \"temperature\": 0.5}")).isEqualTo(wanted);
    assertThat(
            one(
                "{\"top_k\": \"5\", \"temperature\": \"0.5\", \"stop\": \"7\","
                    + " \"stop_token_ids\": \"[1, 2]\", \"ignore_eos\": \"true\"}"))
        .isEqualTo(
            wanted.withStop(List.of("7")).withStopTokenIds(List.of(1, 2)).withIgnoreEos(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      textBlock =
          """
          {"temprature": 1} => params.temprature: unknown key; did you mean temperature?
          {"from_model": true} => params.from_model: cannot differ by row; leave it out and set sampling.from_model
          {"prompt_logprobs": true} => params.prompt_logprobs: cannot differ by row; leave it out and set sampling.prompt_logprobs
          {"top_p": 1.5} => params.top_p must be in (0, 1], was 1.5
          {"top_p": "hot"} => params.top_p must be a number, was "hot"
          {"top_k": 5.5} => params.top_k must be a whole number, was 5.5
          {"top_k": 1e30} => params.top_k must be a whole number, was 1.0E30
          {"n": 0} => params.n must be in [1, 16384], was 0
          {"n": 2000000} => params.n must be in [1, 16384], was 2000000
          {"temperature": "\\u0000"} => params.temperature must be a number, was "\\u0000"
          {"temperature": "null"} => params.temperature must be a number, was "null"
          {"repetition_detection": {"max_pattern_size": null}} => params.repetition_detection must be a map of whole numbers with the keys max_pattern_size, min_pattern_size, min_count, was {"max_pattern_size":null}
          {"logit_bias": {"05": 1, "5": 2}} => params.logit_bias must be a map of token ids to numbers, was {"05":1,"5":2}
          {"stop": [""]} => params.stop must hold texts that are not empty, was [""]
          {"logit_bias": {"5": 101}} => params.logit_bias must hold biases in [-100, 100]; allowed_token_ids and bad_words_ids forbid tokens, was {5=101.0}
          {"max_tokens": 5, "max_new_tokens": 6} => params.max_tokens: given twice, once under another name
          {"n": 1, "n": 2} => params must be a JSON object of sampling keys, each once, was "{\\"n\\": 1, \\"n\\": 2}"
          [1] => params must be a JSON object of sampling keys, each once, was "[1]"
          {"n": 1} x => params must be a JSON object of sampling keys, each once, was "{\\"n\\": 1} x"
          n=1 => params must be a JSON object of sampling keys, each once, was "n=1"
          {"max_tokens": 5, "min_tokens": 6} => params.min_tokens must be <= max_tokens 5, was 6
          """)
  void aBadRowIsToldTheKeyTheValueAndWhatIsAllowed(String json, String message) {
    assertThatThrownBy(() -> one(json))
        .isInstanceOf(JobError.class)
        .hasMessage("prompts.sampling: " + message);
  }

  @Test
  void aRowThatDoesNotGoWithAPointIsToldWhichOne() {
    assertThatThrownBy(() -> of("sweep.max_tokens=[200, 5]").points("{\"min_tokens\": 6}"))
        .hasMessage(
            "prompts.sampling at sweep point max_tokens=5:"
                + " params.min_tokens must be <= max_tokens 5, was 6");
    assertThatThrownBy(() -> of("sweep.min_tokens=[0, 6]").points("{\"max_tokens\": 5}"))
        .hasMessage(
            "prompts.sampling at sweep point min_tokens=6:"
                + " sampling.min_tokens must be <= max_tokens 5, was 6");
  }

  @Test
  void aRowHasItsShareOfMemoryOverAllPointsOfTheSweep() {
    String axis = "sweep.seed=" + IntStream.range(0, 100).boxed().toList();
    assertThatThrownBy(() -> of(axis).points("{\"n\": 16384}"))
        .hasMessage(
            "prompts.sampling: params.n must give at most 1000000 continuations, was 1638400");
    assertThatThrownBy(() -> of(axis).points(" ".repeat(700_000) + "{}"))
        .hasMessage("prompts.sampling: params must have at most 671088 characters, was 700002");
    assertThatThrownBy(() -> one(" ".repeat(5_000_000) + "{}"))
        .hasMessage("prompts.sampling: params must have at most 4194304 characters, was 5000002");
    assertThatThrownBy(() -> one("{\"" + "x".repeat(1_000_000) + "\": 1}"))
        .hasMessageStartingWith("prompts.sampling: params." + "x".repeat(80) + "...: unknown key;");
  }

  private static RowSampling of(String... sets) {
    String[] all = new String[sets.length + 1];
    System.arraycopy(sets, 0, all, 1, sets.length);
    all[0] = "prompts.sampling=params";
    return new RowSampling(least(all).spec());
  }

  private static SamplingConfig one(String json) {
    return of().points(json).get(0).sampling();
  }
}
