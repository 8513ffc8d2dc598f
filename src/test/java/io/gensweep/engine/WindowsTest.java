package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.engine.ScoredText.Window;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Layers with a window let go of the blocks before it; rows are those of a model without a cache,
 * and the model itself looks that each group of layers has the rows that it sees.
 */
class WindowsTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);

  @ParameterizedTest
  @CsvSource({"28, 16", "40, 3", "600, 64"})
  void sequencesKeepTheirRowsAlsoWherePutBack(int blocks, int maxBatch) {
    Random random = new Random(blocks);
    int[] header = random.ints(90, 0, HashModel.VOCAB).toArray();
    List<Request<Completion>> requests = new ArrayList<>();
    for (Request<Completion> request : Requests.random(random, 200)) {
      int[] own = request.tokenIds();
      int shared = Math.max(0, Math.min(random.nextInt(200) - 100, 225 - own.length));
      int[] ids = joined(Arrays.copyOf(header, Math.min(shared, 90)), own);
      requests.add(Request.draw(request.promptId(), ids, request.variants()));
    }
    HashModel model = HashModel.withWindows(blocks, 230, 0, 40, 7);
    Engine engine = new Engine(model, maxBatch, Requests::text);
    assertThat(Requests.complete(engine, requests))
        .isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.pool().heldBlocks()).isZero();
    assertThat(engine.counters().reusedTokens()).isPositive();
    assertThat(engine.counters().putBack() > 0).isEqualTo(blocks < 40);
  }

  /** A prompt of 94 blocks in strides of 16; nothing of it stays but its window, and a stride. */
  @Test
  void aLongPromptHoldsNoMoreThanItsWindowAndAStride() {
    HashModel model = HashModel.withWindows(94 + 3 * (5 + 21) + 8, 3100, 0, 100, 100, 100);
    int[] prompt = IntStream.range(0, 3000).map(i -> i % HashModel.VOCAB).toArray();
    List<Request<Completion>> requests =
        List.of(Requests.of("a", 3, PLAIN.withMaxTokens(5), prompt));
    Engine engine = new Engine(model, 4, Requests::text);
    assertThat(Requests.complete(engine, requests))
        .isEqualTo(PlainGeneration.all(requests, 3100, -1));
    assertThat(model.prefills)
        .extracting(p -> p.count())
        .containsExactly(512, 1024, 1536, 2048, 2560, 2999);
  }

  @Test
  void promptsThatBeginAlikeShareTheirBlocks() {
    int[] header = IntStream.range(0, 3 * BlockPool.BLOCK).map(i -> i % 7).toArray();
    List<Request<Completion>> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int[] prompt = joined(header, new int[] {10 + i, 5, 6});
      requests.add(Requests.of("p" + i, 2, PLAIN.withMaxTokens(60), prompt));
    }
    HashModel model = HashModel.withWindows(400, 230, 0, 40);
    Engine engine = new Engine(model, 6, Requests::text);
    assertThat(Requests.complete(engine, requests))
        .isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(engine.counters().reusedTokens()).isEqualTo(19 * 3 * BlockPool.BLOCK);
    assertThat(engine.counters().prefillTokens()).isEqualTo(3 * BlockPool.BLOCK + 20 * 2);
  }

  /** Texts that are longer than a stride lose the rows before their reference. */
  @ParameterizedTest
  @CsvSource({"200, 3", "300, 1", "2000, 8"})
  void textsHaveTheScoresOfTheModelWithoutACache(int blocks, int maxBatch) {
    HashModel model = HashModel.withWindows(blocks, 2000, 0, 40, 600);
    Random random = new Random(blocks);
    List<Score> scores = new ArrayList<>();
    List<Request<Score>> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int[] prompt = tokens(random, 600);
      List<ScoredText> texts = new ArrayList<>();
      for (int reference = 0; reference < 3; reference++) {
        int[] ids = joined(prompt, tokens(random, reference == 1 ? 10 : 700));
        texts.add(new ScoredText(reference, List.of(new Window(ids, prompt.length))));
      }
      requests.add(Request.score("p" + i, prompt, texts));
      int[] document = tokens(random, 1500);
      requests.add(
          Request.score(
              "d" + i,
              new int[0],
              List.of(
                  new ScoredText(
                      0, List.of(new Window(document, 1), new Window(document, 1400))))));
    }
    Engine engine = new Engine(model, maxBatch, Requests::text);
    requests.forEach(request -> engine.submit(request, scores::add));
    while (engine.hasWork()) {
      engine.step();
    }
    assertThat(scores).hasSize(20);
    for (Request<Score> request : requests) {
      for (ScoredText text : request.texts()) {
        assertThat(scores.stream())
            .filteredOn(
                score ->
                    score.promptId().equals(request.promptId())
                        && score.referenceIndex() == text.referenceIndex())
            .singleElement()
            .satisfies(score -> assertThat(score.failure()).isEmpty())
            .satisfies(score -> assertThat(score.logprobs()).isEqualTo(plain(text)));
      }
    }
    assertThat(model.pool().heldBlocks()).isZero();
  }

  /**
   * The blocks of a model like Gemma 3, of which one layer in six sees everything and the others
   * 512 positions: 2,000 tokens of a prompt and 600 of each sample.
   */
  @Test
  void samplesHoldTheWindowsOfTheirPromptOnceAndThenTheirOwn() {
    HashModel model = HashModel.withWindows(10_000, 2600, 0, 512, 512, 512, 512, 512);
    int[] prompt = IntStream.range(0, 2000).map(i -> i * 31 % HashModel.VOCAB).toArray();
    Engine engine = new Engine(model, 64, Requests::text);
    engine.submit(Requests.of("a", 64, PLAIN.withMaxTokens(600), prompt), completion -> {});
    int most = 0;
    while (engine.hasWork()) {
      engine.step();
      most = Math.max(most, model.pool().heldBlocks());
    }
    // 82 blocks of 2,599 rows. The prompt's whole ones are shared; positions from 2,088 on are
    // seen.
    int everything = 62 + 64 * (82 - 62);
    int window = 64 * (82 - 2088 / BlockPool.BLOCK);
    assertThat(most).isEqualTo(everything + 5 * window).isLessThan(6 * everything);
  }

  private static float[] plain(ScoredText text) {
    List<Float> logprobs = new ArrayList<>();
    for (Window window : text.windows()) {
      int[] ids = window.tokenIds();
      for (int at = window.from(); at < ids.length; at++) {
        Candidates row = HashModel.candidates(Arrays.copyOf(ids, at), HashModel.VOCAB, -1);
        logprobs.add((float) (row.wholeRow()[ids[at]] - row.logSumExp()));
      }
    }
    float[] all = new float[logprobs.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = logprobs.get(i);
    }
    return all;
  }

  private static int[] joined(int[] some, int[] others) {
    return IntStream.concat(IntStream.of(some), IntStream.of(others)).toArray();
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, HashModel.VOCAB).toArray();
  }
}
