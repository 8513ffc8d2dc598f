package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Driver and executor. What tokenizer_config.json and the files beside it say, in the order of
 * precedence of Hugging Face transformers 5.
 *
 * @param specialTokens texts by name, such as bos_token
 * @param specialContents every token that the file itself calls special
 * @param chatTemplate the default template, if the model has one
 * @param cleanUpSpaces whether decoded text is cleaned up; only for models other than BPE
 * @param cleanUpBpeToo whether BPE models have it forced on them
 */
record TokenizerConfig(
    Map<String, String> specialTokens,
    Set<String> specialContents,
    Optional<String> chatTemplate,
    boolean cleanUpSpaces,
    boolean cleanUpBpeToo) {

  private static final ObjectMapper JSON = new ObjectMapper();

  TokenizerConfig {
    specialTokens = Map.copyOf(specialTokens);
    specialContents = Set.copyOf(specialContents);
  }

  /**
   * Reads the files.
   *
   * @param withTemplate whether the chat template matters; if not, a bad one is no error
   */
  static TokenizerConfig read(Path folder, boolean withTemplate) throws IOException {
    JsonNode config = readObject(folder.resolve("tokenizer_config.json"));
    Map<String, String> tokens = new LinkedHashMap<>(named(config));
    JsonNode decoder = config.path("added_tokens_decoder");
    if (!decoder.isObject()) {
      tokens.putAll(named(readObject(folder.resolve("special_tokens_map.json"))));
    }
    Set<String> special = new HashSet<>();
    decoder.forEach(
        token -> {
          if (token.path("special").asBoolean()) {
            special.add(token.path("content").asText());
          }
        });
    return new TokenizerConfig(
        tokens,
        special,
        withTemplate ? chatTemplate(folder, config.path("chat_template")) : Optional.empty(),
        config.path("clean_up_tokenization_spaces").asBoolean(),
        config
            .path("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output")
            .asBoolean());
  }

  private static JsonNode readObject(Path file) throws IOException {
    if (!Files.exists(file)) {
      return JSON.createObjectNode();
    }
    JsonNode node = JSON.readTree(Files.readString(file));
    if (!(node instanceof ObjectNode)) {
      throw new IllegalArgumentException(file + " must hold a JSON object");
    }
    return node;
  }

  /** Entries such as {@code bos_token}, written as a text or as an object with a content. */
  private static Map<String, String> named(JsonNode config) {
    Map<String, String> tokens = new TreeMap<>();
    config
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode value = entry.getValue();
              JsonNode content = value.isObject() ? value.path("content") : value;
              if (entry.getKey().endsWith("_token") && content.isTextual()) {
                tokens.put(entry.getKey(), content.asText());
              }
            });
    return tokens;
  }

  /** A chat_template.jinja beside the file wins over the entry in it, as in transformers 5. */
  private static Optional<String> chatTemplate(Path folder, JsonNode entry) throws IOException {
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file)) {
      return Optional.of(Files.readString(file));
    }
    if (entry.isTextual()) {
      return Optional.of(entry.asText());
    }
    if (entry.isMissingNode() || entry.isNull()) {
      return Optional.empty();
    }
    Map<String, String> templates = new TreeMap<>();
    entry.forEach(
        named -> templates.put(named.path("name").asText(), named.path("template").asText()));
    if (!templates.containsKey("default")) {
      throw new IllegalArgumentException(
          "chat_template of "
              + folder
              + " has no template named default, only "
              + templates.keySet()
              + ": save the one to use as a file and pass chat_template: FILE");
    }
    return Optional.of(templates.get("default"));
  }
}
