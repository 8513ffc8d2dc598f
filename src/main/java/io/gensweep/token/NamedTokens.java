package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Driver and executor. Collects special tokens from the files of a tokenizer; later files override
 * earlier ones.
 */
final class NamedTokens {
  private static final List<String> STANDARD =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final Map<String, AddedToken> standard = new LinkedHashMap<>();
  private final Map<String, AddedToken> typed = new LinkedHashMap<>();
  private final Map<String, AddedToken> texts = new LinkedHashMap<>();
  private final Map<String, AddedToken> byMap = new LinkedHashMap<>();
  private final List<AddedToken> extra = new ArrayList<>();
  private boolean listed;

  /**
   * Adds the tokens of a file.
   *
   * @param legacy whether it is special_tokens_map.json, whose objects have no type
   */
  void add(JsonNode config, Path file, boolean legacy) {
    for (var entry : config.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      if (STANDARD.contains(name)) {
        standard.remove(name);
        if (!value.isNull()) {
          standard.put(name, token(value, file, name, legacy));
        }
      } else if (name.endsWith("_token") && (value.isTextual() || isToken(value, legacy))) {
        (value.isTextual() && !legacy ? texts : typed).put(name, token(value, file, name, legacy));
      }
    }
    unnamed(config.path(TokenizerConfig.EXTRA), file, legacy);
    if (legacy && !listed) {
      unnamed(config.path(TokenizerConfig.ADDITIONAL), file, false);
    }
  }

  /** A list has no names; an object gives each token its own. */
  private void unnamed(JsonNode tokens, Path file, boolean legacy) {
    if (tokens.isMissingNode() || tokens.isNull()) {
      return;
    }
    if (!tokens.isContainerNode()) {
      throw TokenizerConfig.wrong(
          file, TokenizerConfig.EXTRA, "a list of tokens or an object of tokens by name", tokens);
    }
    listed |= tokens.isArray();
    for (var token : tokens.properties()) {
      String key = TokenizerConfig.EXTRA + "." + token.getKey();
      byMap.put(token.getKey(), token(token.getValue(), file, key, false));
    }
    if (tokens.isArray()) {
      for (JsonNode token : tokens) {
        AddedToken read = token(token, file, TokenizerConfig.EXTRA, legacy);
        if (!extra.contains(read)) {
          extra.add(read);
        }
      }
    }
  }

  private static AddedToken token(JsonNode value, Path file, String key, boolean legacy) {
    if (value.isTextual()) {
      return AddedToken.special(value.textValue());
    }
    if (!isToken(value, legacy)) {
      throw TokenizerConfig.wrong(file, key, "a text, or an object with __type AddedToken", value);
    }
    ObjectNode fields = value.deepCopy();
    fields.remove("__type");
    if (legacy) {
      fields.put("special", true);
    }
    return AddedToken.of(fields, "model.path: " + file + ": " + JsonFile.shown(key));
  }

  private static boolean isToken(JsonNode value, boolean legacy) {
    return value.isObject() && (legacy || value.path("__type").asText().equals("AddedToken"));
  }

  boolean isStandardOrExtra(String content) {
    return Stream.concat(standard.values().stream(), extra.stream())
        .anyMatch(token -> token.content().equals(content));
  }

  /**
   * The tokens by name, in the order in which transformers assigns ids to new ones: standard
   * tokens, then the model's own, of which objects and entries of special_tokens_map.json precede
   * texts.
   */
  Map<String, AddedToken> named() {
    Map<String, AddedToken> all = new LinkedHashMap<>();
    for (String name : STANDARD) {
      if (standard.containsKey(name)) {
        all.put(name, standard.get(name));
      }
    }
    all.putAll(typed);
    all.putAll(texts);
    all.putAll(byMap);
    return all;
  }

  List<AddedToken> extra() {
    return List.copyOf(extra);
  }
}
