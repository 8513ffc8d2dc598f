package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import io.gensweep.model.Backend;
import io.gensweep.model.DecoderLoader;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.FamilyShape;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.sampling.SamplingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small models whose sequences hold more than KV rows, or not all of them, through the engine: a
 * sweep with several samples has the rows that each of them has alone.
 */
class RealModelsTest {
  private static final int VOCAB = 160;

  @TempDir private Path folder;

  /** The pool is that of a batch of one or two, and the batch is of 32. */
  @ParameterizedTest
  @CsvSource({
    "qwen3_next, every-fourth-full, 2, true",
    "qwen3_5, text-of-the-folder, 1, true",
    "gemma3_text, every-sixth-full, 1, false",
    "gpt_oss, window-sinks, 40, false",
  })
  void aSweepHasTheRowsThatEachSampleHasAlone(
      String family, String shape, int places, boolean putsBack) throws IOException {
    try (ModelRunner runner = load(family, shape, 400, places)) {
      List<Request<Completion>> requests = requests();
      Engine engine = new Engine(runner, 32, Requests::text);
      Map<String, String> together = Requests.complete(engine, requests);
      assertThat(engine.counters().putBack() > 0).isEqualTo(putsBack);
      Map<String, String> alone = new TreeMap<>();
      for (Request<Completion> request : requests) {
        for (Variant variant : request.variants()) {
          alone.putAll(
              Requests.complete(
                  new Engine(runner, 1, Requests::text),
                  List.of(Request.draw(request.promptId(), request.tokenIds(), List.of(variant)))));
        }
      }
      assertThat(together).hasSize(5 * 2 * 3).isEqualTo(alone);
      assertThat(runner.pool().heldBlocks()).isZero();
      assertThat(runner.pool().stateHighWater()).isZero();
    }
  }

  /** A prompt of several strides, against the same filled at once. */
  @ParameterizedTest
  @CsvSource({"gemma3_text, every-sixth-full", "mistral, window"})
  void aPromptThatIsFilledInStridesHasTheLogprobsOfOneThatIsNot(String family, String shape)
      throws IOException {
    try (ModelRunner runner = load(family, shape, 1300, 64)) {
      int[] prompt = new Random(3).ints(1250, 0, VOCAB).toArray();
      List<Completion> completions = new ArrayList<>();
      Engine engine = new Engine(runner, 4, Requests::text);
      SamplingConfig sampling = SamplingConfig.defaults().withPromptLogprobs(true).withMaxTokens(3);
      engine.submit(Requests.of("a", 1, sampling, prompt), completions::add);
      while (engine.hasWork()) {
        engine.step();
      }
      KvSequence kv = runner.pool().sequence();
      TokenLogprobs whole = runner.score(List.of(new Scoring(kv, prompt, 1))).get(0);
      kv.release();
      assertThat(completions).hasSize(1);
      assertThat(completions.get(0).promptLogprobs().orElseThrow()).isEqualTo(whole.logprobs());
    }
  }

  /** Prompts of which two begin alike, three samples at each of two temperatures. */
  private static List<Request<Completion>> requests() {
    Random random = new Random(11);
    int[] header = random.ints(270, 0, VOCAB).toArray();
    List<Request<Completion>> requests = new ArrayList<>();
    for (int length : new int[] {1, 7, 40, 290, 310}) {
      int[] own = random.ints(Math.min(length, 40), 0, VOCAB).toArray();
      int[] prompt =
          length > 270
              ? IntStream.concat(IntStream.of(header), IntStream.of(own).limit(length - 270))
                  .toArray()
              : own;
      List<Variant> variants = new ArrayList<>();
      for (int point = 0; point < 2; point++) {
        SamplingConfig sampling =
            SamplingConfig.defaults()
                .withTemperature(point == 0 ? 0.3 : 1.2)
                .withMaxTokens(25)
                .withIgnoreEos(true);
        for (int sample = 0; sample < 3; sample++) {
          variants.add(new Variant(point, sample, sampling));
        }
      }
      requests.add(Request.draw("p" + length, prompt, variants));
    }
    return requests;
  }

  private ModelRunner load(String family, String shape, int maxModelLen, int places)
      throws IOException {
    return DecoderLoader.load(
        FamilyShape.in(folder, family, shape),
        new DecoderSettings(DType.FLOAT32, "cpu", maxModelLen, places, 2),
        Backend.PACKED);
  }
}
