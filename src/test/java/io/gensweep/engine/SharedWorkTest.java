package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What variants and prompts share is filled, held and decoded once; rows do not change by it. */
class SharedWorkTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);
  private static final SamplingConfig GREEDY = PLAIN.withTemperature(0).withMaxTokens(20);

  private final HashModel model = new HashModel(3840, 230);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64})
  void aPromptIsPrefilledOnceWithoutItsLastToken(int maxBatch) {
    List<Request<Completion>> requests = Requests.random(new Random(9), 300);
    Requests.complete(new Engine(model, maxBatch, Requests::text), requests);
    List<Integer> expected =
        requests.stream().map(r -> r.tokenIds().length - 1).filter(p -> p > 0).toList();
    assertThat(model.prefills).extracting(p -> p.count()).containsExactlyElementsOf(expected);
    assertThat(model.prefills).allMatch(p -> p.tokenIds().length == p.count() + 1);
  }

  @Test
  void promptsAdmittedTogetherArePrefilledTogether() {
    Requests.complete(
        new Engine(model, 8, Requests::text),
        List.of(
            Requests.of("a", 2, PLAIN, 1, 2, 3),
            Requests.of("b", 1, PLAIN, 4),
            Requests.of("c", 1, PLAIN, 5, 6)));
    assertThat(model.prefillCalls).isEqualTo(1);
    assertThat(model.prefills).hasSize(2);
  }

  /** Such as a prompt of one token, which begins like every other. */
  @Test
  void aPromptThatHasNothingMoreToShareDoesNotWaitForOthers() {
    Engine engine = new Engine(model, 8, Requests::text);
    engine.submit(Requests.of("a", 1, PLAIN, 1, 2, 3), completion -> {});
    engine.submit(Requests.of("b", 1, PLAIN, 4), completion -> {});
    engine.step();
    assertThat(engine.counters().decodedRows()).isEqualTo(2);
  }

  @Test
  void variantsThatDrawTheSameTokensAreDecodedAsOne() {
    Engine engine = new Engine(model, 8, Requests::text);
    Requests.complete(engine, List.of(Requests.of("a", 16, GREEDY, 1, 2, 3)));
    assertThat(engine.counters().decodedRows()).isEqualTo(20);
    assertThat(engine.counters().drawnTokens()).isEqualTo(16 * 20);
    assertThat(model.copies).isZero();
  }

  /** Each row that was decoded is a distinct beginning of some completion. */
  @ParameterizedTest
  @CsvSource({"0.05, 3", "0.3, 3", "1, 64"})
  void aStepDecodesEachDistinctSequenceOnce(double temperature, int maxBatch) {
    SamplingConfig sampling = PLAIN.withTemperature(temperature).withMaxTokens(20);
    List<Completion> completions = new ArrayList<>();
    Engine engine = new Engine(model, maxBatch, Requests::text);
    engine.submit(Requests.of("a", 12, sampling, 1, 2, 3), completions::add);
    while (engine.hasWork()) {
      engine.step();
    }
    long distinct =
        completions.stream()
            .flatMap(c -> IntStream.range(0, 20).mapToObj(i -> prefix(c.tokenIds(), i)))
            .distinct()
            .count();
    assertThat(engine.counters().decodedRows()).isEqualTo(distinct).isLessThan(12 * 20);
    assertThat(engine.counters().drawnTokens()).isEqualTo(12 * 20);
    assertThat(model.pool().heldBlocks()).isZero();
  }

  private static String prefix(int[] ids, int count) {
    return IntStream.of(ids).limit(count).boxed().toList().toString();
  }

  /** 64 samples of a prompt of 6 blocks and a bit: the whole ones once, and one or two for each. */
  @Test
  void samplesHoldTheirPromptOnce() {
    int most = 0;
    Engine engine = new Engine(model, 64, Requests::text);
    int[] prompt = IntStream.range(0, 200).map(i -> i % HashModel.VOCAB).toArray();
    engine.submit(Requests.of("a", 64, PLAIN.withMaxTokens(30), prompt), completion -> {});
    while (engine.hasWork()) {
      engine.step();
      most = Math.max(most, model.pool().heldBlocks());
    }
    assertThat(most).isBetween(6 + 60, 6 + 2 * 64);
  }

  @Test
  void promptsThatBeginAlikeShareTheirBlocks() {
    int[] header = IntStream.range(0, 3 * BlockPool.BLOCK).map(i -> i % 7).toArray();
    List<Request<Completion>> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int[] prompt = IntStream.concat(IntStream.of(header), IntStream.of(10 + i, 5, 6)).toArray();
      requests.add(Requests.of("p" + i, 1, GREEDY, prompt));
    }
    Engine engine = new Engine(model, 6, Requests::text);
    Map<String, String> lines = Requests.complete(engine, requests);
    assertThat(lines).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(engine.counters().reusedTokens()).isEqualTo(19 * 3 * BlockPool.BLOCK);
    assertThat(engine.counters().prefillTokens()).isEqualTo(3 * BlockPool.BLOCK + 20 * 2);
    assertThat(model.pool().heldBlocks()).isZero();
  }

  /** Random few-shot headers, in caches so small that sequences are put back all the time. */
  @ParameterizedTest
  @CsvSource({"8, 16", "8, 64", "12, 5", "120, 64"})
  void sequencesThatArePutBackHaveTheSameRowsLater(int blocks, int maxBatch) {
    Random random = new Random(blocks);
    int[] header = random.ints(150, 0, HashModel.VOCAB).toArray();
    List<Request<Completion>> requests = new ArrayList<>();
    for (Request<Completion> request : Requests.random(random, 400)) {
      int[] own = request.tokenIds();
      int shared =
          Math.max(0, Math.min(random.nextInt(300) - 100, Math.min(150, 225 - own.length)));
      int[] ids = IntStream.concat(IntStream.of(header).limit(shared), IntStream.of(own)).toArray();
      requests.add(Request.draw(request.promptId(), ids, request.variants()));
    }
    HashModel small = new HashModel(blocks * BlockPool.BLOCK, 230);
    Engine engine = new Engine(small, maxBatch, Requests::text);
    assertThat(Requests.complete(engine, requests))
        .isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(small.pool().heldBlocks()).isZero();
    assertThat(engine.counters().reusedTokens()).isPositive();
    assertThat(engine.counters().putBack() > 0).isEqualTo(blocks < 120);
  }

  /** Decoding goes on while a long prompt is filled chunk by chunk. */
  @Test
  void aLongPromptIsFilledBesideDecoding() {
    HashModel large = new HashModel(40_000, 20_000);
    int[] prompt = IntStream.range(0, 15_000).map(i -> i % HashModel.VOCAB).toArray();
    Engine engine = new Engine(large, 4, Requests::text);
    engine.submit(Requests.of("short", 1, GREEDY, 1, 2), completion -> {});
    List<Request<Completion>> requests = List.of(Requests.of("long", 2, GREEDY, prompt));
    Map<String, String> lines = Requests.complete(engine, requests);
    assertThat(large.prefills).hasSize(5);
    assertThat(large.prefills.get(1).count()).isLessThanOrEqualTo(FillStep.BUDGET);
    assertThat(lines).isEqualTo(PlainGeneration.all(requests, 20_000, -1));
  }

  @Test
  void countersAddUp() {
    Engine engine = new Engine(model, 4, Requests::text);
    Requests.complete(
        engine, List.of(Requests.of("a", 6, PLAIN.withTemperature(5).withMaxTokens(10), 1, 2, 3)));
    EngineCounters counters = engine.counters();
    assertThat(counters.prefillTokens()).isEqualTo(2);
    assertThat(counters.drawnTokens()).isEqualTo(60);
    assertThat(counters.decodedRows()).isBetween(45L, 60L);
    assertThat(counters.maxBatch()).isEqualTo(4);
    assertThat(counters.busyNanos()).isGreaterThan(counters.decodeNanos());
    assertThat(counters.minus(counters))
        .isEqualTo(EngineCounters.NONE.plus(counters.minus(counters)));
  }
}
