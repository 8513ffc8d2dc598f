package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sequences that begin anew, since they outgrow their rotation or find no place for their state,
 * have the rows of those that do not.
 */
class BegunAnewTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);

  @ParameterizedTest
  @CsvSource({"5, 3", "20, 16", "60, 64"})
  void sequencesThatOutgrowTheirRotationKeepTheirRows(int above, int maxBatch) {
    HashModel model = HashModel.longAbove(above);
    List<Request<Completion>> requests = Requests.random(new Random(above), 200);
    assertThat(Requests.complete(new Engine(model, maxBatch, Requests::text), requests))
        .isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.pool().heldBlocks()).isZero();
  }

  @Test
  void aPromptIsScoredOnceHoweverLongItsContinuationGets() {
    SamplingConfig sampling = PLAIN.withPromptLogprobs(true).withMaxTokens(40);
    for (int[] prompt : List.of(new int[] {7}, new int[] {1, 2, 3})) {
      List<Request<Completion>> requests = List.of(Requests.of("a", 2, sampling, prompt));
      List<Completion> plain = completions(new HashModel(3840, 230), requests);
      List<Completion> restarted = completions(HashModel.longAbove(10), requests);
      assertThat(restarted).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThat(restarted.get(i).promptLogprobs().orElseThrow())
            .hasSize(prompt.length - 1)
            .isEqualTo(plain.get(i).promptLogprobs().orElseThrow());
        assertThat(restarted.get(i).tokenIds()).isEqualTo(plain.get(i).tokenIds());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "3, 8", "400, 16"})
  void statesFollowTheirSequences(int states, int maxBatch) {
    HashModel model = HashModel.withStates(states);
    List<Request<Completion>> requests = Requests.random(new Random(states), 200);
    Engine engine = new Engine(model, maxBatch, Requests::text);
    assertThat(Requests.complete(engine, requests))
        .isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(model.pool().heldBlocks()).isZero();
    assertThat(model.pool().stateHighWater()).isZero();
    assertThat(engine.counters().putBack() > 0).isEqualTo(states < 400);
  }

  private static List<Completion> completions(HashModel model, List<Request<Completion>> requests) {
    List<Completion> completions = new ArrayList<>();
    Engine engine = new Engine(model, 4, Requests::text);
    requests.forEach(request -> engine.submit(request, completions::add));
    while (engine.hasWork()) {
      engine.step();
    }
    return completions;
  }
}
