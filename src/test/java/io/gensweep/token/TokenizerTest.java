package io.gensweep.token;

import static io.gensweep.token.TokenizerFixture.folder;
import static io.gensweep.token.TokenizerFixture.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.JobError;
import io.gensweep.job.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle: transformers itself (src/test/python/make_tokenizer_oracle.py). */
class TokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  static Stream<String> kinds() {
    return Stream.of(
        "byte-level", "metaspace", "digits", "words", "phi3", "mistral", "gemma", "qwen", "gpt2");
  }

  private static JsonNode oracle(String name) throws IOException {
    return JSON.readTree(folder(name).resolve("oracle.json").toFile());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void textsBecomeTheIdsOfTransformers(String name) throws IOException {
    SoftAssertions softly = new SoftAssertions();
    try (Tokenizer tokenizer = Tokenizer.load(folder(name))) {
      JsonNode texts = oracle(name).get("texts");
      assertThat(texts.size()).isGreaterThan(40);
      for (JsonNode example : texts) {
        String text = example.get("text").asText();
        JsonNode ids = example.get("ids");
        softly
            .assertThat(tokenizer.encode(text, false, SpecialTokens.PARSE))
            .as("parse " + text)
            .isEqualTo(ints(ids.get("parse")));
        softly
            .assertThat(tokenizer.encode(text, true, SpecialTokens.PARSE))
            .as("parse with special tokens added " + text)
            .isEqualTo(ints(ids.get("parse_added")));
        softly
            .assertThat(tokenizer.encode(text, false, SpecialTokens.PLAIN))
            .as("plain " + text)
            .isEqualTo(ints(ids.get("plain")));
        softly
            .assertThat(tokenizer.encode(text, true, SpecialTokens.PLAIN))
            .as("plain with special tokens added " + text)
            .isEqualTo(ints(ids.get("plain_added")));
      }
    }
    softly.assertAll();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void idsBecomeTheTextsOfTransformers(String name) throws IOException {
    SoftAssertions softly = new SoftAssertions();
    try (Tokenizer tokenizer = Tokenizer.load(folder(name))) {
      JsonNode oracle = oracle(name);
      for (JsonNode example : oracle.get("texts")) {
        checkDecoded(softly, tokenizer, ints(example.get("ids").get("parse_added")), example);
      }
      for (JsonNode example : oracle.get("id_lists")) {
        checkDecoded(softly, tokenizer, ints(example.get("ids")), example);
      }
    }
    softly.assertAll();
  }

  private static void checkDecoded(
      SoftAssertions softly, Tokenizer tokenizer, int[] ids, JsonNode example) {
    softly.assertThat(tokenizer.decode(ids, false)).isEqualTo(example.get("decoded").asText());
    softly
        .assertThat(tokenizer.decode(ids, true))
        .isEqualTo(example.get("decoded_skipped").asText());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theVocabularyIsTheOneOfTransformers(String name) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder(name))) {
      JsonNode oracle = oracle(name);
      assertThat(tokenizer.vocabSize()).isEqualTo(oracle.get("vocab_size").asInt());
      JsonNode bos = oracle.get("bos_token_id");
      assertThat(tokenizer.bosTokenId())
          .isEqualTo(bos.isNull() ? OptionalInt.empty() : OptionalInt.of(bos.asInt()));
    }
  }

  @Test
  void aTextThatBringsItsOwnBosGetsNoSecondOne() {
    try (Tokenizer tokenizer = Tokenizer.load(folder("metaspace"))) {
      int bos = tokenizer.bosTokenId().orElseThrow();
      assertThat(tokenizer.encode("<s>", true, SpecialTokens.PARSE)).containsExactly(bos);
      assertThat(tokenizer.encode("<s><s>", true, SpecialTokens.PARSE)).containsExactly(bos, bos);
      assertThat(tokenizer.encode("<s>", true, SpecialTokens.PLAIN))
          .startsWith(bos)
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void twoBosInATextStayWhereNoneIsAdded() {
    try (Tokenizer tokenizer = Tokenizer.load(folder("digits"))) {
      int bos = tokenizer.bosTokenId().orElseThrow();
      assertThat(tokenizer.encode("<|im_start|><|im_start|>", true, SpecialTokens.PARSE))
          .containsExactly(bos, bos);
    }
  }

  @Test
  void anUnpairedSurrogateIsABadRow() {
    try (Tokenizer tokenizer = Tokenizer.load(folder("digits"))) {
      for (String bad : List.of("ab\uD83D", "\uDE42x", "\uD83D\uD83D\uDE42")) {
        assertThatThrownBy(() -> tokenizer.encode(bad, true, SpecialTokens.PARSE))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("unpaired surrogate U+D");
      }
    }
  }

  @Test
  void threadsShareATokenizer() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Tokenizer tokenizer = Tokenizer.load(folder("byte-level"))) {
      List<Future<String>> texts =
          IntStream.range(0, 400)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            SpecialTokens mode =
                                i % 2 == 0 ? SpecialTokens.PARSE : SpecialTokens.PLAIN;
                            return tokenizer.decode(tokenizer.encode(text(i), true, mode), true);
                          }))
              .toList();
      for (int i = 0; i < texts.size(); i++) {
        assertThat(texts.get(i).get()).isEqualTo(text(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static String text(int i) {
    return "prompt " + i + " caf\u00e9 \u4f60 \uD83D\uDE42".repeat(i % 7);
  }

  @Test
  void aClosedTokenizerSaysSo() {
    Tokenizer tokenizer = Tokenizer.load(folder("digits"));
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("x", true, SpecialTokens.PLAIN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void loadingKeepsDjlOffTheNetwork() {
    try (Tokenizer tokenizer = Tokenizer.load(folder("words"))) {
      assertThat(tokenizer.vocabSize()).isPositive();
      assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
      assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
    }
  }

  @Test
  void aFolderWithoutTokenizerIsNamed() {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: " + folder + " has no tokenizer.json");
  }

  @Test
  void aFileThatIsNoTokenizerIsNamed() throws IOException {
    for (String content : List.of("{", "[]", "{}", "{\"model\": {\"type\": \"none\"}}")) {
      Files.writeString(folder.resolve("tokenizer.json"), content);
      assertThatThrownBy(() -> Tokenizer.load(folder))
          .as(content)
          .isInstanceOf(JobError.class)
          .hasMessageContaining(folder.toString());
    }
  }

  /** The library would end this process. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "a", "7"})
  void aRunOfCharactersWithoutEndIsRefused(String character) {
    try (Tokenizer tokenizer = Tokenizer.load(folder("byte-level"))) {
      assertThatThrownBy(
              () -> tokenizer.encode(character.repeat(11_000_000), true, SpecialTokens.PARSE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("split the row");
    }
  }

  @Test
  void plainTextIsRefusedWhereItCouldNotBeExact() throws IOException {
    String json = Files.readString(folder("byte-level").resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer.json"), json.replace("\"<tool>\"", "\"end_of_text|>\""));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.encode("x", false, SpecialTokens.PARSE)).hasSize(1);
      assertThatThrownBy(() -> tokenizer.encode("x", false, SpecialTokens.PLAIN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'end_of_text|>' overlaps the special token '<|end_of_text|>'");
    }
  }
}
