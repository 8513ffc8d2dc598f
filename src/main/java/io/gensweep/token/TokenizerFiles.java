package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Driver. Lists the files of a model folder that define its tokenizer and its chat template. */
public final class TokenizerFiles {
  /** The subfolder of additional templates; all other files are in the model folder itself. */
  public static final String TEMPLATES = ChatTemplateFiles.FOLDER;

  private static final String CLASS = "tokenizer_class";

  private TokenizerFiles() {}

  /** The files that are read, in a fixed order. */
  public static List<Path> of(Path folder) {
    Stream<String> names =
        Stream.concat(Stream.of(TokenizerJson.FILE), TokenizerConfig.FILES.stream());
    return Stream.concat(names.map(folder::resolve), ChatTemplateFiles.of(folder).stream())
        .filter(Files::isRegularFile)
        .toList();
  }

  /**
   * Warnings about the files, one line each: what transformers warns about, and where its versions
   * differ.
   */
  public static List<String> warnings(Path folder) {
    ObjectNode config = TokenizerConfig.object(folder.resolve(TokenizerConfig.FILE));
    ObjectNode tokenizer = TokenizerJson.tree(folder);
    List<String> warnings = new ArrayList<>();
    if (splitsOtherwise(config, tokenizer)) {
      warnings.add(
          ("for the tokenizer_class %s transformers 5 splits text in another way than tokenizer.json"
                  + " says; tokenizer.json is followed, as in transformers 4")
              .formatted(className(config)));
    }
    for (String name : List.of("bos_token", "eos_token")) {
      JsonNode adds = config.path("add_" + name);
      String token = content(config.path(name));
      if (adds.isBoolean() && !token.isEmpty() && adds.booleanValue() != adds(tokenizer, token)) {
        warnings.add(
            "add_%s is %s and the post-processor of tokenizer.json does otherwise, which is followed, as in transformers 5"
                .formatted(name, adds));
      }
    }
    if (config.path("clean_up_tokenization_spaces").asBoolean()
        && TokenizerShape.modelType(tokenizer.path("model")).equals("BPE")) {
      warnings.add(
          "clean_up_tokenization_spaces is true and changes nothing, since the tokenizer is a BPE");
    }
    return warnings.stream().map(warning -> TokenizerConfig.FILE + ": " + warning).toList();
  }

  private static String className(JsonNode config) {
    String name = config.path(CLASS).asText();
    return name.endsWith("Fast") ? name.substring(0, name.length() - "Fast".length()) : name;
  }

  /** Whether transformers 5 builds a pipeline of its own for the class, unlike tokenizer.json's. */
  private static boolean splitsOtherwise(JsonNode config, JsonNode tokenizer) {
    JsonNode splitting = tokenizer.path("pre_tokenizer");
    boolean normalizes = tokenizer.path("normalizer").isObject();
    return switch (className(config)) {
      case "LlamaTokenizer" ->
          !tokenizer.toString().contains("\"ByteLevel\"")
              && (normalizes || !isMetaspace(splitting, config));
      case "GPT2Tokenizer" -> normalizes || !isByteLevel(splitting, config);
      default -> false;
    };
  }

  private static boolean isMetaspace(JsonNode splitting, JsonNode config) {
    String prefix = config.path("legacy").asBoolean() ? "always" : "first";
    return splitting.path("type").asText().equals("Metaspace")
        && !splitting.path("split").asBoolean(true)
        && splitting
            .path("prepend_scheme")
            .asText("always")
            .equals(config.path("add_prefix_space").asBoolean(true) ? prefix : "never");
  }

  private static boolean isByteLevel(JsonNode splitting, JsonNode config) {
    return splitting.path("type").asText().equals("ByteLevel")
        && splitting.path("use_regex").asBoolean(true)
        && splitting.path("add_prefix_space").asBoolean(true)
            == config.path("add_prefix_space").asBoolean();
  }

  private static String content(JsonNode token) {
    return token.isObject() ? token.path("content").asText() : token.asText();
  }

  /** Whether a template of the post-processor names the token. */
  private static boolean adds(JsonNode tokenizer, String token) {
    return tokenizer.path("post_processor").findValuesAsText("id").contains(token);
  }
}
