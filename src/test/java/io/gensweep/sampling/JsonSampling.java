package io.gensweep.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sampling keys of an oracle's cases. */
final class JsonSampling {
  private JsonSampling() {}

  static SamplingConfig of(JsonNode keys) {
    SamplingConfig sampling = SamplingConfig.defaults();
    for (Map.Entry<String, JsonNode> key : keys.properties()) {
      JsonNode value = key.getValue();
      sampling =
          switch (key.getKey()) {
            case "temperature" -> sampling.withTemperature(value.asDouble());
            case "top_k" -> sampling.withTopK(value.asInt());
            case "top_p" -> sampling.withTopP(value.asDouble());
            case "min_p" -> sampling.withMinP(value.asDouble());
            case "typical_p" -> sampling.withTypicalP(value.asDouble());
            case "epsilon_cutoff" -> sampling.withEpsilonCutoff(value.asDouble());
            case "eta_cutoff" -> sampling.withEtaCutoff(value.asDouble());
            case "repetition_penalty" -> sampling.withRepetitionPenalty(value.asDouble());
            case "no_repeat_ngram_size" -> sampling.withNoRepeatNgramSize(value.asInt());
            case "bad_words_ids" -> sampling.withBadWordsIds(sequences(value));
            case "allowed_token_ids" -> sampling.withAllowedTokenIds(boxed(value));
            case "frequency_penalty" -> sampling.withFrequencyPenalty(value.asDouble());
            case "presence_penalty" -> sampling.withPresencePenalty(value.asDouble());
            case "min_tokens" -> sampling.withMinTokens(value.asInt());
            case "profile" ->
                sampling.withProfile(Profile.valueOf(value.asText().toUpperCase(Locale.ROOT)));
            case "logit_bias" -> sampling.withLogitBias(biases(value));
            default -> throw new IllegalArgumentException(key.getKey());
          };
    }
    return sampling;
  }

  private static Map<Integer, Double> biases(JsonNode map) {
    Map<Integer, Double> biases = new HashMap<>();
    map.properties()
        .forEach(e -> biases.put(Integer.parseInt(e.getKey()), e.getValue().asDouble()));
    return biases;
  }

  private static List<List<Integer>> sequences(JsonNode lists) {
    List<List<Integer>> sequences = new ArrayList<>();
    lists.forEach(list -> sequences.add(boxed(list)));
    return sequences;
  }

  private static List<Integer> boxed(JsonNode array) {
    return Arrays.stream(ints(array)).boxed().toList();
  }

  static int[] ints(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }
}
