package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Driver and executor. Reads what the files next to tokenizer.json define about tokens:
 * tokenizer_config.json, and, where that has no {@code added_tokens_decoder},
 * special_tokens_map.json and added_tokens.json, by the rules of Hugging Face transformers 5.24.
 *
 * @param named special tokens by name: bos_token and the like, and names of the model's own
 * @param extra special tokens without a name
 * @param decoder tokens by the ids that the files give them
 * @param legacy whether the decoder is not tokenizer_config.json's, and tokenizer.json's own tokens
 *     count with it
 * @param cleanUpSpaces whether decoded text is cleaned up; only for models other than BPE
 * @param cleanUpBpeToo whether BPE models have it forced on them
 * @param splitSpecialTokens whether special tokens in a text stay text
 */
record TokenizerConfig(
    Map<String, AddedToken> named,
    List<AddedToken> extra,
    Map<Integer, AddedToken> decoder,
    boolean legacy,
    boolean cleanUpSpaces,
    boolean cleanUpBpeToo,
    boolean splitSpecialTokens) {

  static final String FILE = "tokenizer_config.json";
  private static final String MAP = "special_tokens_map.json";
  private static final String ADDED = "added_tokens.json";

  /** Every file that is read here and is no chat template. */
  static final List<String> FILES = List.of(FILE, MAP, ADDED);

  private static final String DECODER = "added_tokens_decoder";
  static final String EXTRA = "extra_special_tokens";
  static final String ADDITIONAL = "additional_special_tokens";

  /** Reads the files; whoever lacks them has none of it. */
  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    ObjectNode config = object(file);
    requireTokenizerJson(config, file);
    if (isEmpty(config.path(EXTRA)) && config.has(ADDITIONAL)) {
      config.set(EXTRA, config.remove(ADDITIONAL));
    }
    NamedTokens tokens = new NamedTokens();
    tokens.add(config, file, false);
    Map<Integer, AddedToken> decoder = new TreeMap<>();
    if (config.has(DECODER)) {
      decoder.putAll(decoder(config.path(DECODER), file));
    } else {
      tokens.add(object(folder.resolve(MAP)), folder.resolve(MAP), true);
      decoder.putAll(added(folder.resolve(ADDED), tokens));
    }
    return new TokenizerConfig(
        tokens.named(),
        tokens.extra(),
        decoder,
        !config.has(DECODER),
        flag(config, file, "clean_up_tokenization_spaces"),
        flag(
            config,
            file,
            "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"),
        flag(config, file, "split_special_tokens"));
  }

  /** The texts of named tokens, as chat templates use them. */
  Map<String, String> specialTokens() {
    Map<String, String> texts = new TreeMap<>();
    named.forEach((name, token) -> texts.put(name, token.content()));
    return texts;
  }

  /** All special tokens, in the order in which transformers adds those that are missing. */
  Stream<AddedToken> specials() {
    return Stream.concat(named.values().stream(), extra.stream());
  }

  static ObjectNode object(Path file) {
    return JsonFile.read(file).orElseGet(() -> JsonFile.object("{}", FILE));
  }

  static boolean flag(JsonNode config, Path file, String key) {
    JsonNode value = config.path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw wrong(file, key, "true or false", value);
    }
    return value.booleanValue();
  }

  static JobError wrong(Path file, String key, String allowed, JsonNode value) {
    return new JobError(
        "model.path: "
            + file
            + ": "
            + JsonFile.shown(key)
            + " must be "
            + allowed
            + ", was "
            + JsonFile.shown(value));
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  /** By this key transformers may read another file than tokenizer.json. */
  private static void requireTokenizerJson(JsonNode config, Path file) {
    JsonNode names = config.path("fast_tokenizer_files");
    for (JsonNode name : names) {
      if (!name.asText().equals("tokenizer.json")) {
        throw wrong(file, "fast_tokenizer_files", "absent", names);
      }
    }
  }

  private static Map<Integer, AddedToken> decoder(JsonNode tokens, Path file) {
    if (!tokens.isObject()) {
      throw wrong(file, DECODER, "an object of tokens by their ids", tokens);
    }
    Map<Integer, AddedToken> byId = new TreeMap<>();
    for (var token : tokens.properties()) {
      String place = "model.path: " + file + ": " + DECODER + "." + JsonFile.shown(token.getKey());
      byId.put(id(token.getKey(), place), AddedToken.of(token.getValue(), place));
    }
    return byId;
  }

  private static int id(String text, String place) {
    try {
      int id = Integer.parseInt(text);
      if (id >= 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      throw new JobError(place + ": the key must be a token id", e);
    }
    throw new JobError(place + ": the key must be a token id");
  }

  /** Tokens of a file that transformers wrote before 4.34: their texts and ids only. */
  private static Map<Integer, AddedToken> added(Path file, NamedTokens tokens) {
    Map<Integer, AddedToken> byId = new TreeMap<>();
    for (var token : object(file).properties()) {
      String content = token.getKey();
      JsonNode id = token.getValue();
      if (!id.isInt() || id.intValue() < 0) {
        throw wrong(file, content, "a token id", id);
      }
      boolean special = tokens.isStandardOrExtra(content);
      byId.put(id.intValue(), new AddedToken(content, false, false, false, !special, special));
    }
    return byId;
  }
}
