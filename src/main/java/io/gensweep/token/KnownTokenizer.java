package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Driver. Decides which tokenizers can be loaded without a trial in a process of their own ({@link
 * TokenizerTrial}), given that their file has the right shape.
 *
 * <p>What can end the process from inside the tokenizers library is known: a regular expression of
 * the file that backtracks without end or matches the empty text, a precompiled table of characters
 * that is cut, a replacement of nothing, a suffix longer than its token, and prefixes of pieces
 * that merges do not have. A file that has none of these runs the library's own code alone, in time
 * linear in the text but for merging. Everything else is tried.
 */
final class KnownTokenizer {
  /**
   * Expressions of GPT-2, Llama 3 and Qwen 2, which pass over any run of characters a few times.
   */
  private static final Set<String> EXPRESSIONS =
      Set.of(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
              + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
          "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
              + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

  private static final Set<String> NORMALIZERS =
      Set.of("BertNormalizer", "StripAccents", "NFC", "NFD", "NFKC", "NFKD", "Lowercase");
  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          "BertPreTokenizer",
          "ByteLevel",
          "Digits",
          "Metaspace",
          "Punctuation",
          "Whitespace",
          "WhitespaceSplit");
  private static final Set<String> DECODERS =
      Set.of("ByteFallback", "ByteLevel", "Fuse", "Metaspace", "WordPiece");

  private KnownTokenizer() {}

  /**
   * Whether the library is known to handle any text with this file.
   *
   * @param file that {@link TokenizerShape} has accepted
   */
  static boolean matches(JsonNode file) {
    return !cutsPrefixes(file.path("model"))
        && all(file.path("normalizer"), "normalizers", KnownTokenizer::isKnownNormalizer)
        && all(file.path("pre_tokenizer"), "pretokenizers", KnownTokenizer::isKnownPreTokenizer)
        && all(file.path("decoder"), "decoders", KnownTokenizer::isKnownDecoder);
  }

  /** Merging cuts the prefix from the second piece, whether the piece has it or not. */
  private static boolean cutsPrefixes(JsonNode model) {
    return TokenizerShape.modelType(model).equals("BPE")
        && !model.path("continuing_subword_prefix").asText("").isEmpty();
  }

  private static boolean all(JsonNode part, String list, Predicate<JsonNode> known) {
    if (!part.isObject()) {
      return true;
    }
    if (!part.path("type").asText().equals("Sequence")) {
      return known.test(part);
    }
    for (JsonNode inner : part.path(list)) {
      if (!all(inner, list, known)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isKnownNormalizer(JsonNode part) {
    String type = part.path("type").asText();
    return NORMALIZERS.contains(type)
        || (type.equals("Prepend") && !part.path("prepend").asText().isEmpty())
        || (type.equals("Replace") && replacesText(part));
  }

  private static boolean isKnownPreTokenizer(JsonNode part) {
    String type = part.path("type").asText();
    return PRE_TOKENIZERS.contains(type)
        || (type.equals("Split")
            && (replacesText(part)
                || EXPRESSIONS.contains(part.path("pattern").path("Regex").asText())));
  }

  private static boolean isKnownDecoder(JsonNode part) {
    String type = part.path("type").asText();
    return DECODERS.contains(type)
        || (type.equals("Strip") && part.path("stop").asInt() == 0)
        || (type.equals("Replace") && replacesText(part));
  }

  /** Whether a part replaces a literal text that is not empty. */
  private static boolean replacesText(JsonNode part) {
    return !part.path("pattern").path("String").asText().isEmpty();
  }
}
