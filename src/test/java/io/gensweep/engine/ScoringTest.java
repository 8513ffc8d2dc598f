package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.engine.ScoredText.Window;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.sampling.Candidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores through KV rows that requests share and reuse, against the model without any cache. */
class ScoringTest {
  private static final int MODEL_LEN = 150;

  private final HashModel model = new HashModel(768, MODEL_LEN);
  private final List<Score> scores = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"1, 768", "3, 768", "64, 768", "64, 192"})
  void everyTextHasTheScoresOfTheModelWithoutACache(int maxBatch, int cacheTokens) {
    HashModel small = new HashModel(cacheTokens, MODEL_LEN);
    Engine engine = engine(small, maxBatch);
    Random random = new Random(maxBatch);
    List<Request<Score>> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      requests.add(i % 2 == 0 ? references(random, "p" + i) : document(random, "p" + i));
    }
    requests.forEach(request -> engine.submit(request, scores::add));
    // Continuations beside them take nothing from them.
    engine.submit(Requests.random(random, 1).get(0), completion -> {});
    run(engine);
    assertThat(scores).hasSize(requests.stream().mapToInt(Request::answers).sum());
    for (Request<Score> request : requests) {
      for (ScoredText text : request.texts()) {
        Score score = score(request.promptId(), text.referenceIndex());
        assertThat(score.failure()).isEmpty();
        assertThat(score.tokenIds()).isEqualTo(text.tokenIds());
        assertThat(score.logprobs()).isEqualTo(plain(text));
      }
    }
    assertThat(small.pool().heldBlocks()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 2147483647", "2, 2147483647", "5, 2147483647", "64, 3", "64, 20"})
  void tooLittleMemoryHalvesTheBatchAndChangesNoScore(int mostRows, int prefills) {
    model.mostRows = mostRows;
    model.prefillsUntilFull = prefills;
    Engine engine = engine(model, 32);
    Random random = new Random(mostRows);
    List<Request<Score>> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      requests.add(i % 2 == 0 ? references(random, "p" + i) : document(random, "p" + i));
    }
    requests.forEach(request -> engine.submit(request, scores::add));
    run(engine);
    assertThat(scores).hasSize(requests.stream().mapToInt(Request::answers).sum());
    for (Request<Score> request : requests) {
      for (ScoredText text : request.texts()) {
        assertThat(score(request.promptId(), text.referenceIndex()).logprobs())
            .isEqualTo(plain(text));
      }
    }
    assertThat(engine.counters().halvings()).isPositive();
    assertThat(model.widest).isLessThanOrEqualTo(mostRows);
    assertThat(model.pool().heldBlocks()).isZero();
  }

  @Test
  void memoryForNotEvenOneWindowIsAFailure() {
    model.mostRows = 0;
    Engine engine = engine(model, 8);
    engine.submit(references(new Random(1), "a"), scores::add);
    engine.submit(references(new Random(2), "b"), scores::add);
    assertThatThrownBy(() -> run(engine)).isInstanceOf(DeviceMemoryException.class);
  }

  @Test
  void whatIsSharedIsFilledOnce() {
    Engine engine = engine(model, 8);
    int[] prompt = IntStream.range(0, 100).map(i -> i % HashModel.VOCAB).toArray();
    List<ScoredText> texts =
        IntStream.range(0, 4).mapToObj(i -> text(i, prompt, new int[] {i, i + 1})).toList();
    engine.submit(Request.score("p", prompt, texts), scores::add);
    run(engine);
    assertThat(scores).hasSize(4);
    // All but the prompt's last token once; that one and the reference's first for each text.
    assertThat(engine.counters().prefillTokens()).isEqualTo(99 + 4 * 2);
    assertThat(model.prefills).hasSize(1);
  }

  @Test
  void greedyIsWhatTheModelWouldHaveDrawn() {
    int[] prompt = {1, 2, 3};
    int best = HashModel.candidates(prompt, HashModel.VOCAB, -1).tokenId(0);
    List<ScoredText> texts =
        List.of(text(0, prompt, new int[] {best}), text(1, prompt, new int[] {best ^ 1}));
    Engine engine = engine(model, 8);
    engine.submit(Request.score("p", prompt, texts), scores::add);
    run(engine);
    assertThat(score("p", 0).greedy()).isTrue();
    assertThat(score("p", 1).greedy()).isFalse();
  }

  @Test
  void aTextThatCannotBeScoredFailsAlone() {
    model.poison = 7;
    List<ScoredText> texts =
        List.of(
            text(0, new int[] {1}, new int[] {2, 3}),
            text(1, new int[] {1}, new int[MODEL_LEN]),
            text(2, new int[] {1}, new int[MODEL_LEN + 1]),
            text(3, new int[] {1}, new int[] {HashModel.VOCAB}),
            text(4, new int[] {1}, new int[] {2, 7, 2}));
    Engine engine = engine(model, 8);
    engine.submit(Request.score("p", new int[] {1}, texts), scores::add);
    run(engine);
    assertThat(score("p", 0).failure()).isEmpty();
    assertThat(score("p", 1).failure()).isEmpty();
    assertThat(score("p", 2).failure().orElseThrow().toString())
        .startsWith("text_too_long: prompt and reference together must have at most 151 tokens");
    assertThat(score("p", 3).failure().orElseThrow().kind()).isEqualTo("token_out_of_range");
    assertThat(score("p", 4).failure().orElseThrow().toString())
        .startsWith("non_finite_logits")
        .endsWith("at token 2");
    assertThat(model.pool().heldBlocks()).isZero();
  }

  @Test
  void aCancelledRequestGivesNothingMoreAndFreesItsRows() {
    Engine engine = engine(model, 1);
    Random random = new Random(5);
    Submission<Score> first = engine.submit(document(random, "a"), scores::add);
    Submission<Score> second = engine.submit(references(random, "b"), scores::add);
    engine.step();
    first.cancel();
    second.cancel();
    int before = scores.size();
    run(engine);
    assertThat(scores).hasSize(before);
    assertThat(model.pool().heldBlocks()).isZero();
    engine.submit(document(random, "c"), scores::add);
    engine.step();
    engine.clear();
    assertThat(engine.hasWork()).isFalse();
    assertThat(model.pool().heldBlocks()).isZero();
  }

  private static Engine engine(HashModel model, int maxBatch) {
    return new Engine(model, maxBatch, Requests::text);
  }

  private static void run(Engine engine) {
    while (engine.hasWork()) {
      engine.step();
    }
  }

  private static Request<Score> references(Random random, String id) {
    int[] prompt = tokens(random, 1 + random.nextInt(100));
    List<ScoredText> texts = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      texts.add(text(i, prompt, tokens(random, 1 + random.nextInt(50))));
    }
    return Request.score(id, prompt, texts);
  }

  private static Request<Score> document(Random random, String id) {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      int[] ids = tokens(random, 2 + random.nextInt(MODEL_LEN));
      windows.add(new Window(ids, 1 + random.nextInt(ids.length - 1)));
    }
    return Request.score(id, new int[0], List.of(new ScoredText(0, windows)));
  }

  private static ScoredText text(int index, int[] prompt, int[] reference) {
    int[] ids = IntStream.concat(Arrays.stream(prompt), Arrays.stream(reference)).toArray();
    return new ScoredText(index, List.of(new Window(ids, prompt.length)));
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, HashModel.VOCAB).toArray();
  }

  private Score score(String id, int index) {
    List<Score> found =
        scores.stream()
            .filter(s -> s.promptId().equals(id) && s.referenceIndex() == index)
            .toList();
    assertThat(found).as(id + " " + index).hasSize(1);
    return found.get(0);
  }

  private static float[] plain(ScoredText text) {
    List<Float> logprobs = new ArrayList<>();
    for (Window window : text.windows()) {
      int[] ids = window.tokenIds();
      for (int at = window.from(); at < ids.length; at++) {
        Candidates row =
            HashModel.candidates(Arrays.copyOf(ids, at), HashModel.VOCAB, Integer.MAX_VALUE);
        logprobs.add((float) (row.wholeRow()[ids[at]] - row.logSumExp()));
      }
    }
    float[] all = new float[logprobs.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = logprobs.get(i);
    }
    return all;
  }
}
