package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JsonFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * The tokens of a GGUF file by their ids. Rows of the embedding that no token uses have names that
 * the conversion made up; these are none.
 */
record Vocabulary(Metadata metadata, List<String> tokens, List<TokenKind> kinds) {
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String KINDS = "tokenizer.ggml.token_type";

  Vocabulary {
    tokens = List.copyOf(tokens);
    kinds = List.copyOf(kinds);
  }

  static Vocabulary read(Metadata metadata) {
    List<String> tokens = metadata.texts(TOKENS);
    int[] numbers =
        metadata.has(KINDS)
            ? metadata.wholeNumbers(KINDS)
            : IntStream.generate(TokenKind.NORMAL::ordinal).limit(tokens.size()).toArray();
    if (numbers.length < tokens.size()) {
      throw metadata.wrong(
          "has a " + KINDS + " of " + numbers.length + " for " + tokens.size() + " tokens");
    }
    List<TokenKind> kinds =
        IntStream.range(0, tokens.size()).mapToObj(id -> TokenKind.of(numbers[id])).toList();
    Vocabulary vocabulary = new Vocabulary(metadata, tokens, kinds);
    vocabulary.requireDistinct();
    return vocabulary;
  }

  private void requireDistinct() {
    Map<String, Integer> ids = new HashMap<>();
    each(
        (token, id) -> {
          Integer other = ids.put(token, id);
          if (other != null) {
            throw metadata.wrong(
                "has the token " + JsonFile.shown(token) + " twice, as " + other + " and " + id);
          }
        });
  }

  int size() {
    return tokens.size();
  }

  /** Calls with each token and its id. */
  void each(BiConsumer<String, Integer> action) {
    for (int id = 0; id < tokens.size(); id++) {
      if (!isPadding(id)) {
        action.accept(tokens.get(id), id);
      }
    }
  }

  private boolean isPadding(int id) {
    TokenKind kind = kinds.get(id);
    return tokens.get(id).isEmpty()
        || (kind != TokenKind.NORMAL
            && kind != TokenKind.CONTROL
            && tokens.get(id).equals("[PAD" + id + "]"));
  }

  /** The id of a special token by the name that the metadata gives it. */
  OptionalInt named(String name) {
    OptionalInt id = metadata.count("tokenizer.ggml." + name + "_token_id");
    // As llama.cpp, which leaves out one that is no token.
    return id.isPresent() && id.getAsInt() < size() ? id : OptionalInt.empty();
  }

  Optional<String> tokenNamed(String name) {
    OptionalInt id = named(name);
    return id.isPresent() ? Optional.of(tokens.get(id.getAsInt())) : Optional.empty();
  }

  /** The vocab of tokenizer.json's model. */
  ObjectNode vocab() {
    ObjectNode vocab = JsonNodeFactory.instance.objectNode();
    each(vocab::put);
    return vocab;
  }

  /** The added_tokens of tokenizer.json. */
  ArrayNode addedTokens() {
    ArrayNode added = JsonNodeFactory.instance.arrayNode();
    each(
        (token, id) -> {
          if (kinds.get(id).isAdded()) {
            added
                .addObject()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", kinds.get(id).isSpecial());
          }
        });
    return added;
  }
}
