package io.gensweep.token;

import static io.gensweep.token.TokenizerFixture.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle: transformers itself (src/test/python/make_checkpoint_oracle.py). */
class TokenizerFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 1, 0, 0);
  private static final List<Message> MESSAGES =
      List.of(
          new Message("user", "Hi <tool>"),
          new Message("assistant", "<think>"),
          new Message("user", "?"));

  @TempDir private Path folder;

  static Stream<Arguments> combinations() throws IOException {
    JsonNode all =
        JSON.readTree(Path.of("src/test/resources/checkpoints/tokenizers.json").toFile());
    return StreamSupport.stream(all.spliterator(), false)
        .map(combination -> Arguments.of(combination.get("name").asText(), combination));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("combinations")
  void theFilesAreReadAsTransformersReadsThem(String name, JsonNode combination)
      throws IOException {
    write(combination);
    if (combination.has("refused")) {
      assertThatThrownBy(() -> Tokenizer.load(folder))
          .isInstanceOf(JobError.class)
          .hasMessageContaining(folder.toString())
          .hasMessageNotContaining("\n");
      return;
    }
    SoftAssertions softly = new SoftAssertions();
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      softly.assertThat(tokenizer.vocabSize()).isEqualTo(combination.get("size").asInt());
      softly
          .assertThat(tokenizer.specialTokens())
          .isEqualTo(JSON.convertValue(combination.get("tokens"), Map.class));
      for (JsonNode text : combination.get("texts")) {
        String given = text.get("text").asText();
        softly
            .assertThat(tokenizer.encode(given, true, SpecialTokens.PARSE))
            .as("added: " + given)
            .isEqualTo(ints(text.get("added")));
        softly
            .assertThat(tokenizer.encode(given, false, SpecialTokens.PARSE))
            .as(given)
            .isEqualTo(ints(text.get("ids")));
      }
      int[] ids = ints(combination.get("ids"));
      for (int i = 0; i < ids.length; i++) {
        int[] one = {ids[i]};
        softly
            .assertThat(tokenizer.decode(one, false))
            .as("id " + ids[i])
            .isEqualTo(combination.get("decoded").get(i).asText());
        softly
            .assertThat(tokenizer.decode(one, true))
            .as("id %d, special tokens skipped", ids[i])
            .isEqualTo(combination.get("decoded_skipped").get(i).asText());
      }
    }
    softly.assertThat(rendered()).isEqualTo(combination.get("prompt").asText());
    softly.assertAll();
  }

  /** As the oracle has it: null where there is no template, or none by default. */
  private String rendered() {
    try {
      Optional<ChatTemplate> template = ChatTemplate.load(folder, "", TIME);
      return template.map(found -> found.render(MESSAGES, false)).orElse("null");
    } catch (JobError noDefault) {
      assertThat(noDefault).hasMessageContaining("has no template named default");
      return "null";
    }
  }

  private void write(JsonNode combination) throws IOException {
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      TokenizerFixture.copy(combination.get("base").asText(), name, folder);
    }
    for (var edit : combination.get("files").properties()) {
      Path file = folder.resolve(edit.getKey());
      Files.createDirectories(file.getParent());
      JsonNode value = edit.getValue();
      if (value.isNull()) {
        Files.delete(file);
      } else if (edit.getKey().equals("tokenizer.json")) {
        ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
        Files.writeString(file, tokenizer.setAll((ObjectNode) value).toString());
      } else {
        Files.writeString(file, value.isTextual() ? value.textValue() : value.toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "tokenizer_config.json; []; must hold a JSON object",
        "tokenizer_config.json; {; is not valid JSON",
        "tokenizer_config.json; {'eos_token': ['x']}; eos_token must be a text",
        "tokenizer_config.json; {'split_special_tokens': 1}; split_special_tokens must be true or",
        "tokenizer_config.json; {'clean_up_tokenization_spaces': 'no'}; must be true or false",
        "tokenizer_config.json; {'extra_special_tokens': [1]}; extra_special_tokens must be a text",
        "tokenizer_config.json; {'extra_special_tokens': {'a': 1}}; extra_special_tokens.a must be",
        "tokenizer_config.json; {'added_tokens_decoder': []}; must be an object of tokens",
        "tokenizer_config.json; {'added_tokens_decoder': {'-1': {'content': 'x'}}}; token id",
        "tokenizer_config.json; {'added_tokens_decoder': {'4294967296': {'content': 'x'}}}; token id",
        "tokenizer_config.json; {'added_tokens_decoder': {'1': {'content': 1}}}; the text content",
        "tokenizer_config.json; {'added_tokens_decoder': {'1': {}}}; the text content",
        "tokenizer_config.json; {'fast_tokenizer_files': ['tokenizer.4.0.json']}; must be absent",
        "added_tokens.json; {'x': '1'}; must be a token id",
        "added_tokens.json; {'x': 1e3}; must be a token id",
        "added_tokens.json; {'x': -1}; must be a token id",
        "special_tokens_map.json; {'pad_token': {'content': null}}; the text content",
        "special_tokens_map.json; 7; must hold a JSON object",
      })
  void aFileOfAWrongShapeIsNamed(String name, String content, String said) throws IOException {
    TokenizerFixture.copy("digits", "tokenizer.json", folder);
    Files.writeString(folder.resolve(name), content.replace('\'', '"'));
    assertThatThrownBy(() -> TokenizerCheck.require(folder, "hash"))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: " + folder.resolve(name))
        .hasMessageContaining(said)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aTemplateThatIsNoRegularFileIsNotOpened() throws Exception {
    Path template = folder.resolve("chat_template.jinja");
    assertThat(new ProcessBuilder("mkfifo", template.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> ChatTemplate.load(folder, "", TIME))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(template + " is not a regular file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "metaspace; {'tokenizer_class': 'LlamaTokenizer'}; for the tokenizer_class LlamaTokenizer",
        "digits; {'tokenizer_class': 'GPT2TokenizerFast'}; for the tokenizer_class GPT2Tokenizer",
        "byte-level; {'tokenizer_class': 'LlamaTokenizerFast'}; ",
        "digits; {'tokenizer_class': 'PreTrainedTokenizerFast'}; ",
        "metaspace; {'bos_token': '<s>', 'add_bos_token': false}; add_bos_token is false",
        "metaspace; {'bos_token': '<s>', 'add_bos_token': true}; ",
        "metaspace; {'eos_token': '</s>', 'add_eos_token': true}; add_eos_token is true",
        "digits; {'clean_up_tokenization_spaces': true}; clean_up_tokenization_spaces is true",
        "words; {'clean_up_tokenization_spaces': true}; ",
      })
  void whatVersionsReadDifferentlyIsWarnedAbout(String base, String config, String said)
      throws IOException {
    TokenizerFixture.copy(base, "tokenizer.json", folder);
    Files.writeString(folder.resolve("tokenizer_config.json"), config.replace('\'', '"'));
    assertThat(TokenizerFiles.warnings(folder)).hasSize(said == null ? 0 : 1);
    assertThat(String.join("", TokenizerFiles.warnings(folder)))
        .contains(said == null ? "" : "tokenizer_config.json: " + said);
  }

  @Test
  void everyFileThatIsReadIsListed() throws IOException {
    Files.createDirectories(folder.resolve("additional_chat_templates"));
    List<String> names =
        List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja");
    for (String name : names) {
      Files.writeString(folder.resolve(name), "x");
    }
    assertThat(TokenizerFiles.of(folder)).containsExactlyElementsOf(paths(names));
    Path template = folder.resolve("additional_chat_templates/default.jinja");
    Files.writeString(template, "x");
    assertThat(TokenizerFiles.of(folder)).contains(template).hasSize(names.size());
  }

  private List<Path> paths(List<String> names) {
    return names.stream().map(folder::resolve).toList();
  }
}
