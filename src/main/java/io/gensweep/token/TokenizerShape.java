package io.gensweep.token;

import static io.gensweep.token.JsonShape.BOOLEAN;
import static io.gensweep.token.JsonShape.CHARACTER;
import static io.gensweep.token.JsonShape.NUMBER;
import static io.gensweep.token.JsonShape.TEXT;
import static io.gensweep.token.JsonShape.fields;
import static io.gensweep.token.JsonShape.integer;
import static io.gensweep.token.JsonShape.oneOf;
import static io.gensweep.token.JsonShape.tuple;
import static io.gensweep.token.JsonShape.typed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Driver and executor. The shape of a tokenizer.json as version 0.21 of the tokenizers library
 * reads it. Some wrong values make the library end the process, others only show at the first text,
 * so all are checked first.
 */
final class TokenizerShape {
  /** Ids are unsigned in the library and ints everywhere else. */
  private static final JsonShape ID = integer(0, Integer.MAX_VALUE - 1);

  private static final JsonShape COUNT = integer(0, Integer.MAX_VALUE);

  private static final JsonShape PATTERN =
      (value, place) -> {
        boolean one = value.isObject() && value.size() == 1;
        String kind = one && value.has("Regex") ? "Regex" : "String";
        fields(Map.of(kind, TEXT), Map.of()).check(value, place);
      };

  private static final JsonShape SPACE_MARK =
      optional(
          Map.of(
              "replacement", CHARACTER,
              "prepend_scheme", oneOf("first", "never", "always"),
              "add_prefix_space", BOOLEAN,
              "split", BOOLEAN));

  private static final JsonShape BYTES =
      optional(Map.of("add_prefix_space", BOOLEAN, "trim_offsets", BOOLEAN, "use_regex", BOOLEAN));

  private static final JsonShape REPLACE =
      fields(Map.of("pattern", PATTERN, "content", TEXT), Map.of());

  private static final JsonShape NORMALIZER =
      tree(
          "normalizers",
          Map.of(
              "BertNormalizer",
              optional(
                  Map.of(
                      "clean_text", BOOLEAN,
                      "handle_chinese_chars", BOOLEAN,
                      "strip_accents", BOOLEAN.orNull(),
                      "lowercase", BOOLEAN)),
              "Strip",
              optional(Map.of("strip_left", BOOLEAN, "strip_right", BOOLEAN)),
              "Prepend",
              fields(Map.of("prepend", TEXT), Map.of()),
              "Replace",
              REPLACE,
              "Precompiled",
              fields(Map.of("precompiled_charsmap", TEXT), Map.of())),
          Set.of("StripAccents", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "ByteLevel"));

  private static final JsonShape PRE_TOKENIZER =
      tree(
          "pretokenizers",
          Map.of(
              "ByteLevel",
              BYTES,
              "CharDelimiterSplit",
              fields(Map.of("delimiter", CHARACTER), Map.of()),
              "Metaspace",
              SPACE_MARK,
              "Split",
              fields(Map.of("pattern", PATTERN), Map.of("behavior", behavior(), "invert", BOOLEAN)),
              "Punctuation",
              optional(Map.of("behavior", behavior())),
              "Digits",
              optional(Map.of("individual_digits", BOOLEAN)),
              "FixedLength",
              optional(Map.of("length", integer(1, Integer.MAX_VALUE)))),
          Set.of("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"));

  private static final JsonShape DECODER =
      tree(
          "decoders",
          Map.of(
              "BPEDecoder",
              optional(Map.of("suffix", TEXT)),
              "ByteLevel",
              BYTES,
              "WordPiece",
              optional(Map.of("prefix", TEXT, "cleanup", BOOLEAN)),
              "Metaspace",
              SPACE_MARK,
              "CTC",
              optional(Map.of("pad_token", TEXT, "word_delimiter_token", TEXT, "cleanup", BOOLEAN)),
              "Replace",
              REPLACE,
              "Strip",
              optional(Map.of("content", CHARACTER, "start", COUNT, "stop", COUNT))),
          Set.of("Fuse", "ByteFallback"));

  private static final JsonShape NAMED_ID = tuple(TEXT, ID);

  private static final JsonShape POST_PROCESSOR =
      tree(
          "processors",
          Map.of(
              "BertProcessing",
              fields(Map.of("sep", NAMED_ID, "cls", NAMED_ID), Map.of()),
              "RobertaProcessing",
              fields(
                  Map.of("sep", NAMED_ID, "cls", NAMED_ID),
                  Map.of("trim_offsets", BOOLEAN, "add_prefix_space", BOOLEAN)),
              "ByteLevel",
              BYTES,
              "TemplateProcessing",
              TemplateShape::check),
          Set.of());

  private static final JsonShape VOCAB = TokenizerShape::checkVocab;

  private static final JsonShape MERGE =
      (value, place) -> {
        if (!value.isTextual()) {
          tuple(TEXT, TEXT).check(value, place);
        }
      };

  /** No dropout: it splits words at random, so a row would have other tokens in every run. */
  private static final JsonShape NO_DROPOUT =
      JsonShape.of(
          "null, since with dropout a text has other tokens each time", TokenizerShape::isZero);

  private static final Map<String, JsonShape> MODELS =
      Map.of(
          "BPE",
          fields(
              Map.of("vocab", VOCAB, "merges", MERGE.listed()),
              Map.of(
                  "dropout", NO_DROPOUT.orNull(),
                  "unk_token", TEXT.orNull(),
                  "continuing_subword_prefix", TEXT.orNull(),
                  "end_of_word_suffix", TEXT.orNull(),
                  "fuse_unk", BOOLEAN,
                  "byte_fallback", BOOLEAN,
                  "ignore_merges", BOOLEAN)),
          "WordPiece",
          fields(
              Map.of("vocab", VOCAB),
              Map.of(
                  "unk_token", TEXT,
                  "continuing_subword_prefix", TEXT,
                  "max_input_chars_per_word", COUNT)),
          "WordLevel",
          fields(Map.of("vocab", VOCAB), Map.of("unk_token", TEXT)),
          "Unigram",
          fields(
              Map.of("vocab", tuple(TEXT, NUMBER).listed()),
              Map.of("unk_id", ID.orNull(), "byte_fallback", BOOLEAN)));

  private static final JsonShape ADDED_TOKEN =
      fields(
          Map.of("id", ID, "content", TEXT),
          Map.of(
              "single_word", BOOLEAN,
              "lstrip", BOOLEAN,
              "rstrip", BOOLEAN,
              "normalized", BOOLEAN,
              "special", BOOLEAN));

  private static final JsonShape FILE =
      fields(
          Map.of("model", TokenizerShape::checkModel),
          Map.of(
              "added_tokens", ADDED_TOKEN.listed(),
              "normalizer", NORMALIZER.orNull(),
              "pre_tokenizer", PRE_TOKENIZER.orNull(),
              "post_processor", POST_PROCESSOR.orNull(),
              "decoder", DECODER.orNull()));

  private TokenizerShape() {}

  /**
   * Checks the whole file.
   *
   * @throws IllegalArgumentException that names the place, what must be there and what is
   */
  static void check(JsonNode file) {
    FILE.check(file, JsonPlace.WHOLE);
  }

  /** The type of the model, which files of old versions do not name. */
  static String modelType(JsonNode model) {
    if (model.has("type")) {
      return model.path("type").asText();
    }
    if (model.path("vocab").isArray()) {
      return "Unigram";
    }
    if (model.has("merges")) {
      return "BPE";
    }
    return model.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
  }

  private static void checkModel(JsonNode model, JsonPlace place) {
    if (model.isObject() && !model.has("type")) {
      MODELS.get(modelType(model)).check(model, place);
    } else {
      typed(MODELS).check(model, place);
    }
  }

  /** Requires one token per id: the library decodes a shared id to either token at random. */
  private static void checkVocab(JsonNode vocab, JsonPlace place) {
    ID.named().check(vocab, place);
    Map<Integer, String> tokens = new HashMap<>();
    vocab
        .fields()
        .forEachRemaining(
            entry -> {
              String other = tokens.put(entry.getValue().intValue(), entry.getKey());
              if (other != null) {
                throw JsonShape.wrong(
                    place.at(entry.getKey()),
                    "must have an id of its own, not that of " + Printable.cut(other, 60),
                    entry.getValue());
              }
            });
  }

  private static boolean isZero(JsonNode dropout) {
    return dropout.isNumber() && dropout.doubleValue() == 0;
  }

  private static JsonShape behavior() {
    return oneOf("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
  }

  private static JsonShape optional(Map<String, JsonShape> optional) {
    return fields(Map.of(), optional);
  }

  /**
   * One of these kinds, or a sequence of them.
   *
   * @param list the field of a sequence that holds its parts
   * @param bare kinds without fields
   */
  private static JsonShape tree(String list, Map<String, JsonShape> kinds, Set<String> bare) {
    Map<String, JsonShape> all = new HashMap<>(kinds);
    bare.forEach(kind -> all.put(kind, optional(Map.of())));
    JsonShape tree = typed(all);
    all.put("Sequence", fields(Map.of(list, tree.listed()), Map.of()));
    return tree;
  }
}
