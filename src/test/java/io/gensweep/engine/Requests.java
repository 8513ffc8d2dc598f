package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Requests and texts for tests of the engine. */
final class Requests {
  private Requests() {}

  /** Prompts of 0 to about 200 tokens, 1 to 12 variants over up to 3 points of a sweep. */
  static List<Request<Completion>> random(Random random, int count) {
    List<Request<Completion>> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int most = random.nextInt(4) == 0 ? 210 : 20;
      int[] prompt = random.ints(random.nextInt(most), 0, HashModel.VOCAB).toArray();
      List<Variant> variants = new ArrayList<>();
      int points = 1 + random.nextInt(3);
      int samples = 1 + random.nextInt(4);
      for (int point = 0; point < points; point++) {
        SamplingConfig sampling = sampling(random);
        for (int sample = 0; sample < samples; sample++) {
          variants.add(new Variant(point, sample, sampling));
        }
      }
      requests.add(Request.draw("p" + i, prompt, variants));
    }
    return requests;
  }

  static SamplingConfig sampling(Random random) {
    double[] temperatures = {0, 0.7, 1, 1.4};
    int maxTokens = 1 + random.nextInt(random.nextInt(5) == 0 ? 150 : 20);
    return SamplingConfig.defaults()
        .withMaxTokens(maxTokens)
        .withMinTokens(random.nextInt(3) == 0 ? random.nextInt(maxTokens + 1) : 0)
        .withTemperature(temperatures[random.nextInt(4)])
        .withTopK(random.nextBoolean() ? 0 : 1 + random.nextInt(10))
        .withTopP(random.nextBoolean() ? 1 : 0.2 + 0.8 * random.nextDouble())
        .withSeed(random.nextLong())
        .withStopTokenIds(random.nextBoolean() ? List.of() : List.of(random.nextInt(40), 39))
        .withIgnoreEos(random.nextInt(3) == 0);
  }

  static Request<Completion> of(String id, int samples, SamplingConfig sampling, int... prompt) {
    List<Variant> variants = new ArrayList<>();
    for (int sample = 0; sample < samples; sample++) {
      variants.add(new Variant(0, sample, sampling));
    }
    return Request.draw(id, prompt, variants);
  }

  /** Completes requests; gives a line for each completion. */
  static Map<String, String> complete(Engine engine, List<Request<Completion>> requests) {
    Map<String, String> lines = new TreeMap<>();
    for (Request<Completion> request : requests) {
      engine.submit(
          request,
          completion ->
              assertThat(
                      lines.put(PlainGeneration.key(completion), PlainGeneration.line(completion)))
                  .isNull());
    }
    while (engine.hasWork()) {
      engine.step();
    }
    return lines;
  }

  static ContinuationText text(SamplingConfig sampling) {
    return new ContinuationText(Requests::decode, sampling);
  }

  /** One letter a token. */
  static String decode(int[] ids) {
    return Arrays.stream(ids)
        .mapToObj(id -> Character.toString('A' + id))
        .collect(Collectors.joining());
  }
}
