package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.List;

/**
 * A token that the tokenizers library finds in a text before it splits the text.
 *
 * @param singleWord matches only where no word character is next to it
 * @param lstrip also matches the white space before it
 * @param rstrip also matches the white space after it
 * @param normalized is searched in the normalised text, not in the original
 * @param special is left out of decoded text
 */
record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {
  private static final List<String> FLAGS =
      List.of("single_word", "lstrip", "rstrip", "normalized", "special");

  /** Makes a special token with default flags. */
  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }

  /**
   * Reads {@code {"content": ..., "lstrip": ...}}. A flag that is absent is false, but {@code
   * normalized} is the opposite of special.
   *
   * @param place of the object, for messages
   */
  static AddedToken of(JsonNode json, String place) {
    boolean known = json.isObject() && json.path("content").isTextual();
    for (String flag : FLAGS) {
      known &= !json.has(flag) || json.path(flag).isBoolean();
    }
    if (!known) {
      throw new JobError(
          place
              + " must be an object with the text content and, true or false, "
              + String.join(", ", FLAGS)
              + "; was "
              + JsonFile.shown(json));
    }
    boolean special = json.path("special").booleanValue();
    return new AddedToken(
        json.path("content").textValue(),
        json.path("single_word").booleanValue(),
        json.path("lstrip").booleanValue(),
        json.path("rstrip").booleanValue(),
        json.has("normalized") ? json.path("normalized").booleanValue() : !special,
        special);
  }

  /** Reads an entry of a tokenizer.json that was checked before. */
  static AddedToken ofEntry(JsonNode entry) {
    return new AddedToken(
        entry.path("content").asText(),
        entry.path("single_word").asBoolean(),
        entry.path("lstrip").asBoolean(),
        entry.path("rstrip").asBoolean(),
        entry.path("normalized").asBoolean(),
        entry.path("special").asBoolean());
  }

  AddedToken withSpecial() {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  /**
   * Overrides an entry of tokenizer.json, as the library does when a token is added twice: a
   * special token stays special and keeps its normalisation.
   */
  void update(ObjectNode entry) {
    boolean was = entry.path("special").asBoolean();
    entry
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", was ? entry.path("normalized").asBoolean() : normalized)
        .put("special", was || special);
  }

  /** Writes an entry of tokenizer.json; the library assigns the id. */
  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", 0)
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized)
        .put("special", special);
  }
}
