package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.model.DeviceException;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64})
  void batchesOfAnySizeGiveWhatOneAtATimeGives(int maxBatch) {
    List<Request<Completion>> requests = Requests.random(new Random(maxBatch), 400);
    HashModel model = new HashModel(3840, 230);
    model.poison = 17;
    Map<String, String> lines = complete(model, maxBatch, requests);
    assertThat(lines).isEqualTo(PlainGeneration.all(requests, 230, 17));
    assertThat(lines.values()).anyMatch(line -> line.contains("ERROR-non_finite_logits"));
    assertThat(lines.values()).anyMatch(line -> line.contains("STOP"));
    assertThat(model.widest).isLessThanOrEqualTo(maxBatch);
    assertNothingIsHeld(model);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 9})
  void aSmallCacheOnlySlowsThingsDown(int blocks) {
    List<Request<Completion>> requests = Requests.random(new Random(blocks), 1000);
    HashModel model = new HashModel(64 * blocks, 230);
    assertThat(complete(model, 16, requests)).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertNothingIsHeld(model);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 40})
  void tooLittleMemoryHalvesTheBatchAndChangesNoRow(int mostRows) {
    List<Request<Completion>> requests = Requests.random(new Random(mostRows), 400);
    HashModel model = new HashModel(3840, 230);
    model.mostRows = mostRows;
    assertThat(complete(model, 64, requests)).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.widest).isLessThanOrEqualTo(mostRows);
    assertNothingIsHeld(model);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 20, 150})
  void aPrefillThatEndsHalfWayBeginsAgain(int prefills) {
    List<Request<Completion>> requests = Requests.random(new Random(prefills), 400);
    HashModel model = new HashModel(3840, 230);
    model.prefillsUntilFull = prefills;
    assertThat(complete(model, 64, requests)).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.prefillsUntilFull).isNegative();
    assertNothingIsHeld(model);
  }

  /** In the middle of the draws of a batch, when some of its rows have been delivered. */
  @ParameterizedTest
  @ValueSource(ints = {1, 30, 31, 32, 33, 200})
  void aWholeRowWithoutMemoryHalvesTheBatchAndDeliversNothingTwice(int wholeRows) {
    List<Request<Completion>> requests = Requests.random(new Random(wholeRows), 400);
    HashModel model = new HashModel(3840, 230);
    model.wholeRowsUntilFull = wholeRows;
    assertThat(complete(model, 64, requests)).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.wholeRowsUntilFull).isNegative();
    assertNothingIsHeld(model);
  }

  /** As its variants begin, at a token in the middle, and as the text is made at the end. */
  @Test
  void whatGoesWrongInOneSequenceIsItsOwnFailure() {
    HashModel model = new HashModel(3840, 230);
    List<Completion> completions = new ArrayList<>();
    Engine engine =
        new Engine(
            model,
            3,
            sampling -> {
              if (sampling.stop().contains("begin")) {
                throw new IllegalStateException("no\nbegin");
              }
              return new ContinuationText(
                  ids -> {
                    if (sampling.stop().contains("middle") && ids.length > 1) {
                      throw new StackOverflowError();
                    }
                    if (sampling.stop().isEmpty() && sampling.seed() == 9) {
                      throw new OutOfMemoryError("Requested array size exceeds VM limit");
                    }
                    return Requests.decode(ids);
                  },
                  sampling);
            });
    SamplingConfig eight = PLAIN.withMaxTokens(8);
    engine.submit(
        Requests.of("begin", 4, eight.withStop(List.of("begin")), 1, 2), completions::add);
    engine.submit(Requests.of("middle", 4, eight.withStop(List.of("middle")), 3), completions::add);
    engine.submit(Requests.of("end", 4, eight.withSeed(9), 4, 5), completions::add);
    engine.submit(Requests.of("good", 4, eight, 6, 7), completions::add);
    while (engine.hasWork()) {
      engine.step();
    }
    assertThat(completions)
        .extracting(c -> c.promptId() + " " + c.failure().map(Failure::toString).orElse("fine"))
        .hasSize(16)
        .containsOnly(
            "begin internal: java.lang.IllegalStateException: no begin",
            "middle internal: java.lang.StackOverflowError",
            "end internal: java.lang.OutOfMemoryError: Requested array size exceeds VM limit",
            "good fine");
    assertThat(completions.stream().filter(c -> c.promptId().equals("good")))
        .extracting(PlainGeneration::line)
        .containsExactlyInAnyOrderElementsOf(
            PlainGeneration.all(List.of(Requests.of("good", 4, eight, 6, 7)), 230, -1).values());
    assertNothingIsHeld(model);
  }

  @Test
  void aDeviceThatFailsIsNoRowsFault() {
    Supplier<String> gone =
        () -> {
          throw new DeviceException("gone", new IllegalStateException());
        };
    assertThatThrownBy(() -> Attempt.of(gone, Failure::toString))
        .isInstanceOf(DeviceException.class);
  }

  @Test
  void memoryForNotEvenOneSequenceIsAFailure() {
    HashModel model = new HashModel(3840, 230);
    model.mostRows = 0;
    assertThatThrownBy(
            () ->
                complete(
                    model,
                    8,
                    List.of(Requests.of("a", 3, PLAIN, 1, 2), Requests.of("b", 1, PLAIN, 5))))
        .isInstanceOf(DeviceMemoryException.class);
  }

  @Test
  void theFirstSamplesOfManyAreThoseOfFew() {
    Map<String, String> many =
        complete(new HashModel(3840, 230), 16, List.of(Requests.of("a", 64, PLAIN, 1, 2, 3)));
    for (int n : new int[] {1, 5, 63}) {
      Map<String, String> few =
          complete(new HashModel(3840, 230), 3, List.of(Requests.of("a", n, PLAIN, 1, 2, 3)));
      assertThat(few).hasSize(n);
      assertThat(many).containsAllEntriesOf(few);
    }
    assertThat(many.values()).doesNotHaveDuplicates();
  }

  @Test
  void theStopTokenIsAmongTheTokensButNotInTheText() {
    Completion free = one(PLAIN.withMaxTokens(12), 1, 2, 3);
    assertThat(free.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(free.text()).isEqualTo(Requests.decode(free.tokenIds())).hasSize(12);
    int id = free.tokenIds()[4];
    int first = Requests.decode(free.tokenIds()).indexOf('A' + id);
    Completion stopped = one(PLAIN.withMaxTokens(12).withStopTokenIds(List.of(id)), 1, 2, 3);
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(stopped.stopReason()).contains(Integer.toString(id));
    assertThat(stopped.tokenIds()).isEqualTo(Arrays.copyOf(free.tokenIds(), first + 1));
    assertThat(stopped.text()).isEqualTo(free.text().substring(0, first));
  }

  @Test
  void aStopStringIsCutOffTheTextAndItsTokensStay() {
    Completion free = one(PLAIN.withMaxTokens(12), 1, 2, 3);
    String stop = free.text().substring(5, 7);
    int end = free.text().indexOf(stop) + 2;
    Completion stopped = one(PLAIN.withMaxTokens(12).withStop(List.of("never", stop)), 1, 2, 3);
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(stopped.stopReason()).contains(stop);
    assertThat(stopped.text()).isEqualTo(free.text().substring(0, end - 2));
    assertThat(stopped.tokenIds()).isEqualTo(Arrays.copyOf(free.tokenIds(), end));
  }

  @Test
  void alternativesComeWithEveryTokenWhenAsked() {
    Completion completion = one(PLAIN.withMaxTokens(6).withLogprobs(3).withTemperature(0), 1, 2);
    List<List<TopLogprob>> tops = completion.topLogprobs().orElseThrow();
    assertThat(tops).hasSize(6).allMatch(top -> top.size() == 3);
    for (int i = 0; i < 6; i++) {
      assertThat(tops.get(i).get(0))
          .isEqualTo(new TopLogprob(completion.tokenIds()[i], completion.logprobs()[i]));
    }
    assertThat(one(PLAIN, 1, 2).topLogprobs()).isEmpty();
  }

  @Test
  void promptsThatCannotRunFailAndSayWhy() {
    HashModel model = new HashModel(128, 230);
    List<Completion> failed = new ArrayList<>();
    Engine engine = new Engine(model, 4, Requests::text);
    engine.submit(Requests.of("empty", 2, PLAIN), failed::add);
    engine.submit(Requests.of("odd", 1, PLAIN, 3, 40), failed::add);
    engine.submit(Requests.of("long", 1, PLAIN, new int[230]), failed::add);
    engine.submit(Requests.of("large", 1, PLAIN.withMaxTokens(130), 1), failed::add);
    engine.step();
    assertThat(engine.hasWork()).isFalse();
    assertThat(failed)
        .extracting(c -> c.promptId() + " " + c.failure().orElseThrow())
        .containsExactly(
            "empty empty_prompt: the prompt has no tokens",
            "empty empty_prompt: the prompt has no tokens",
            "odd token_out_of_range: prompt token ids must be in [0, 40), was 40",
            "long prompt_too_long: prompt_tokens must be < max_model_len 230, was 230",
            "large kv_cache_too_small: prompt and max_tokens need 130 tokens of a KV cache of 128;"
                + " lower max_tokens or max_model_len");
    assertThat(model.decodes).isZero();
  }

  @Test
  void cancellingFreesSlotsAndDeliversNothingMore() {
    HashModel model = new HashModel(3840, 230);
    List<Completion> delivered = new ArrayList<>();
    Engine engine = new Engine(model, 3, Requests::text);
    Submission<Completion> running =
        engine.submit(Requests.of("a", 5, PLAIN, 1, 2), c -> delivered.add(c));
    Submission<Completion> queued =
        engine.submit(Requests.of("b", 5, PLAIN, 1, 2), c -> delivered.add(c));
    engine.submit(Requests.of("c", 5, PLAIN.withMaxTokens(4), 1, 2), c -> delivered.add(c));
    engine.step();
    running.cancel();
    queued.cancel();
    while (engine.hasWork()) {
      engine.step();
    }
    assertThat(delivered).hasSize(5).allMatch(c -> c.promptId().equals("c"));
    assertNothingIsHeld(model);
    engine.submit(Requests.of("d", 5, PLAIN, 1, 2), c -> delivered.add(c));
    engine.step();
    engine.clear();
    assertThat(engine.hasWork()).isFalse();
    assertNothingIsHeld(model);
  }

  @Test
  void badRequestsAreRefused() {
    Variant variant = new Variant(0, 0, PLAIN);
    assertThatThrownBy(() -> Request.draw("a", new int[1], List.of()))
        .hasMessageContaining("one of variants and texts must not be empty");
    assertThatThrownBy(() -> Request.draw("a", new int[1], List.of(variant, variant)))
        .hasMessageContaining("must differ");
    assertThatThrownBy(() -> new Variant(0, -1, PLAIN)).hasMessageContaining("was -1");
    assertThatThrownBy(() -> new Engine(new HashModel(64, 9), 0, Requests::text))
        .hasMessage("max_batch must be >= 1, was 0");
  }

  private static Completion one(SamplingConfig sampling, int... prompt) {
    List<Completion> completions = new ArrayList<>();
    Engine engine = new Engine(new HashModel(3840, 230), 2, Requests::text);
    engine.submit(Requests.of("one", 1, sampling, prompt), completions::add);
    while (engine.hasWork()) {
      engine.step();
    }
    assertThat(completions).hasSize(1);
    return completions.get(0);
  }

  private static Map<String, String> complete(
      HashModel model, int maxBatch, List<Request<Completion>> requests) {
    return Requests.complete(new Engine(model, maxBatch, Requests::text), requests);
  }

  private static void assertNothingIsHeld(HashModel model) {
    assertThat(model.pool().heldBlocks()).isZero();
  }
}
