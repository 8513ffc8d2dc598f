package io.gensweep.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Driver. The sampling that a model's generation_config.json recommends.
 *
 * <p>What it says of tokens that end a text is not read here. Its {@code do_sample: false} stands
 * for a temperature of 0; without {@code do_sample} the temperature counts, as in vLLM.
 */
final class GenerationConfig {
  static final String PLACE = "generation_config.json";

  private static final List<String> KEYS =
      List.of(
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "typical_p",
          "epsilon_cutoff",
          "eta_cutoff",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "bad_words_ids",
          "max_new_tokens",
          "min_new_tokens");

  private GenerationConfig() {}

  static Layer layer(String json) {
    JsonNode config;
    try {
      config = Binding.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new JobError(PLACE + ":" + line + ": not valid JSON", e);
    }
    ObjectNode sampling = JsonNodeFactory.instance.objectNode();
    for (String key : KEYS) {
      if (config.hasNonNull(key)) {
        sampling.set(key, config.get(key));
      }
    }
    JsonNode drawn = config.path("do_sample");
    if (drawn.isBoolean() && !drawn.booleanValue()) {
      sampling.put("temperature", 0.0);
    }
    Layer layer = Layer.empty();
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.set(JobKeys.SAMPLING, sampling);
    layer.add(Origin.MODEL, tree, path -> PLACE);
    return layer;
  }
}
