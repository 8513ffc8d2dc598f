package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Driver and executor. The text of a tokenizer.json, and the edits of it that we need. The native
 * library gives every added token an id by the order of the list: the model's id when the model
 * knows the token, else the next free one. The edits keep that order.
 */
final class TokenizerJson {
  static final String FILE = "tokenizer.json";

  private static final String REMEDY =
      "; take the file of the model's publisher, or save one with save_pretrained of a fast"
          + " tokenizer";

  /** Twice what the largest known vocabularies need; a tree in memory takes ten times more. */
  private static final long MOST_BYTES = 64L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root;
  private final ArrayNode added;
  private final Set<String> modelTokens = new HashSet<>();

  private TokenizerJson(ObjectNode root, ArrayNode added) {
    this.root = root;
    this.added = added;
    JsonNode vocab = root.path("model").path("vocab");
    if (vocab.isObject()) {
      vocab.fieldNames().forEachRemaining(modelTokens::add);
    } else {
      vocab.forEach(entry -> modelTokens.add(entry.path(0).asText()));
    }
  }

  /**
   * What a folder's file holds, of the shape that the tokenizers library reads.
   *
   * @throws JobError that names the file, the place in it and a remedy
   */
  static ObjectNode tree(Path folder) {
    Path file = folder.resolve(FILE);
    ObjectNode root =
        JsonFile.text(file, MOST_BYTES)
            .map(text -> JsonFile.object(text, "model.path: " + file))
            .orElseThrow(
                () ->
                    new JobError(
                        "model.path: "
                            + folder
                            + " has no tokenizer.json; save one there with save_pretrained of a"
                            + " fast tokenizer"));
    try {
      TokenizerShape.check(root);
    } catch (IllegalArgumentException otherShape) {
      throw wrong(file, otherShape.getMessage(), otherShape);
    }
    return withoutPadding(root);
  }

  /** That the file cannot be used, and what can be done. */
  static JobError wrong(Path file, String what, Exception cause) {
    return new JobError("model.path: " + file + ": " + what + REMEDY, cause);
  }

  static JobError wrong(Path file, String what) {
    return new JobError("model.path: " + file + ": " + what + REMEDY);
  }

  /** Both are off whatever the file says, and their values may be ones that the library refuses. */
  private static ObjectNode withoutPadding(ObjectNode root) {
    root.putNull("truncation");
    root.putNull("padding");
    return root;
  }

  /** Reads the file and adds the tokens that the files beside it define. */
  static TokenizerJson read(Path folder, TokenizerConfig config) {
    ObjectNode root = tree(folder);
    TokenizerJson json = new TokenizerJson(root, root.withArray("added_tokens"));
    json.add(config);
    return json;
  }

  /**
   * In the order of transformers 5.24: the decoder's tokens by their ids, then named and extra ones
   * that no list has. What has a name is special.
   */
  private void add(TokenizerConfig config) {
    Map<String, ObjectNode> entries = new HashMap<>();
    Map<Integer, AddedToken> byId = new TreeMap<>(config.decoder());
    for (JsonNode token : added) {
      entries.put(content(token), (ObjectNode) token);
      if (config.legacy()) {
        byId.put(token.path("id").asInt(), AddedToken.ofEntry(token));
      }
    }
    Map<String, AddedToken> missing = new LinkedHashMap<>();
    byId.values().forEach(token -> missing.put(token.content(), token));
    config
        .specials()
        .filter(token -> !entries.containsKey(token.content()))
        .forEach(token -> missing.putIfAbsent(token.content(), token));
    Collection<String> names = config.specialTokens().values();
    for (AddedToken token : missing.values()) {
      AddedToken read = names.contains(token.content()) ? token.withSpecial() : token;
      ObjectNode entry = entries.get(read.content());
      if (entry == null) {
        added.add(read.json());
      } else {
        read.update(entry);
      }
    }
  }

  /** The JSON with which special tokens in a text are found. */
  String parsing() {
    return root.toString();
  }

  /**
   * The JSON with which they stay text. A special token of the model's own vocabulary leaves the
   * list; one that only the list defines keeps its place, and so the ids after it, under a name
   * that no text can guess.
   *
   * @throws IllegalArgumentException if an ordinary added token overlaps a special one, since then
   *     its matches would change
   */
  String plain() {
    checkOverlaps();
    ArrayNode kept = JSON.createArrayNode();
    for (JsonNode token : added) {
      if (!isSpecial(token)) {
        kept.add(token);
      } else if (!modelTokens.contains(content(token))) {
        kept.add(AddedToken.special("\uDBFF\uDFFE" + UUID.randomUUID()).json());
      }
    }
    ObjectNode copy = root.objectNode();
    copy.setAll(root);
    copy.set("added_tokens", kept);
    return copy.toString();
  }

  /** Added tokens that stay tokens in plain text. */
  Set<String> ordinaryAdded() {
    Set<String> contents = new HashSet<>();
    added.forEach(
        token -> {
          if (!isSpecial(token)) {
            contents.add(content(token));
          }
        });
    return contents;
  }

  /** The texts that are special tokens. */
  Set<String> specials() {
    Set<String> contents = new HashSet<>();
    added.forEach(
        token -> {
          if (isSpecial(token) && !content(token).isEmpty()) {
            contents.add(content(token));
          }
        });
    return contents;
  }

  int vocabSize() {
    Set<String> all = new HashSet<>(modelTokens);
    added.forEach(token -> all.add(content(token)));
    return all.size();
  }

  boolean isBpe() {
    return TokenizerShape.modelType(root.path("model")).equals("BPE");
  }

  /** The matcher skips a special token's whole text, with any ordinary token that starts in it. */
  private void checkOverlaps() {
    for (JsonNode special : added) {
      for (JsonNode ordinary : added) {
        boolean together =
            isSpecial(special)
                && !isSpecial(ordinary)
                && special.path("normalized").asBoolean()
                    == ordinary.path("normalized").asBoolean();
        if (together && startsWithin(content(ordinary), content(special))) {
          throw new IllegalArgumentException(
              "special_tokens: plain cannot be exact with this tokenizer: its added token '"
                  + content(ordinary)
                  + "' overlaps the special token '"
                  + content(special)
                  + "'; use parse");
        }
      }
    }
  }

  private static boolean startsWithin(String token, String special) {
    if (special.startsWith(token)) {
      return true;
    }
    for (int i = 1; i < special.length(); i++) {
      String rest = special.substring(i);
      if (rest.startsWith(token) || token.startsWith(rest)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpecial(JsonNode token) {
    return token.path("special").asBoolean();
  }

  private static String content(JsonNode token) {
    return token.path("content").asText();
  }
}
