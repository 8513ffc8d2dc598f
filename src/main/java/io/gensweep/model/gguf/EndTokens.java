package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens that end a continuation: those that the metadata names, and special tokens that end a
 * turn or a text in every model that has them. llama.cpp ends at them too.
 */
record EndTokens(Vocabulary vocabulary) {
  private static final List<String> NAMED = List.of("eos", "eot", "eom");

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

  /** What generation_config.json would hold. */
  ObjectNode generationConfig() {
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
    return config;
  }
}
