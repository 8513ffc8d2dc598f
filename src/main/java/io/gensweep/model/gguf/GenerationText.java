package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes generation_config.json: the sampling that the model's publisher recommends, and the tokens
 * that end a continuation. These are those that the metadata names, and special tokens that end a
 * turn or a text in every model that has them; llama.cpp ends at them too.
 */
record GenerationText(Vocabulary vocabulary) {
  private static final List<String> NAMED = List.of("eos", "eot", "eom");

  /** Names of the metadata, and those of transformers. */
  private static final Map<String, String> SAMPLING =
      Map.of(
          "temp", "temperature",
          "top_k", "top_k",
          "top_p", "top_p",
          "min_p", "min_p",
          "penalty_repeat", "repetition_penalty");

  private static final Set<String> TEXTS =
      Set.of(
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<end_of_turn>",
          "</s>",
          "<eos>",
          "<EOT>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>");

  ObjectNode config() {
    Set<Integer> ids = new TreeSet<>();
    NAMED.forEach(name -> vocabulary.named(name).ifPresent(ids::add));
    vocabulary.each(
        (token, id) -> {
          if (TEXTS.contains(token) && vocabulary.kinds().get(id) == TokenKind.CONTROL) {
            ids.add(id);
          }
        });
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    ArrayNode ends = config.putArray("eos_token_id");
    ids.forEach(ends::add);
    new TreeMap<>(SAMPLING)
        .forEach(
            (stored, name) -> {
              JsonNode value = vocabulary.metadata().values().get("general.sampling." + stored);
              if (value != null) {
                config.set(name, value);
              }
            });
    return config;
  }
}
