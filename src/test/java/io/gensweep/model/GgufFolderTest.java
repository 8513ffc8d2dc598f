package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.SpecialTokens;
import io.gensweep.model.gguf.GgufFixture;
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Message;
import io.gensweep.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a GGUF file becomes on the disk. */
class GgufFolderTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 15, 4, 5);

  @TempDir Path temporary;

  static List<String> models() {
    return GgufFixture.MODELS;
  }

  /** By the tokenizers library for a byte-level BPE, and by SentencePiece for the others. */
  @ParameterizedTest
  @MethodSource("models")
  void textsHaveTheIdsOfTheModelsOwnTokenizer(String name) {
    JsonNode tokens = GgufFixture.oracle(name).get("tokens");
    assertThat(tokens.size()).isGreaterThan(8);
    try (Tokenizer tokenizer = Tokenizer.load(GgufFolder.of(GgufFixture.file(name)))) {
      for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
        int[] expected =
            StreamSupport.stream(entry.getValue().spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
        String text = entry.getKey();
        assertThat(tokenizer.encode(text, false, SpecialTokens.PARSE)).as(text).isEqualTo(expected);
        assertThat(tokenizer.decode(expected)).isEqualTo(text);
      }
    }
  }

  /** As the folder that it was made of does (make_gguf.py: data/models/tiny's tokenizer). */
  @Test
  void theTokenizerOfTheTinyModelIsTheSame() {
    Path tiny = Path.of("data/models/tiny");
    Path folder = GgufFolder.of(GgufFixture.file("llama-plain"));
    List<Message> messages = List.of(new Message("user", "4 + 4"));
    try (Tokenizer expected = Tokenizer.load(tiny);
        Tokenizer tokenizer = Tokenizer.load(folder)) {
      for (String text : List.of("4 + 4 = 8", "<|im_start|>x<|im_end|>", "")) {
        for (SpecialTokens mode : SpecialTokens.values()) {
          assertThat(tokenizer.encode(text, true, mode))
              .isEqualTo(expected.encode(text, true, mode));
        }
      }
      assertThat(tokenizer.vocabSize()).isEqualTo(expected.vocabSize());
      assertThat(tokenizer.bosTokenId()).isEqualTo(expected.bosTokenId());
    }
    assertThat(ChatTemplate.load(folder, "", NOW).orElseThrow().render(messages, true))
        .isEqualTo(ChatTemplate.load(tiny, "", NOW).orElseThrow().render(messages, true));
  }

  @Test
  void aModelOpensAndItsFileAloneIsItsWeights() {
    Path file = GgufFixture.file("llama-plain");
    ModelFolder model = ModelFolder.open(GgufFolder.of(file));
    assertThat(model.spec().vocabSize()).isEqualTo(512);
    // <|im_end|> by the metadata, <|endoftext|> by its text.
    assertThat(model.eosTokenIds()).containsExactly(2, 3);
    assertThat(model.weightFiles()).singleElement().satisfies(link -> isSame(link, file));
    assertThat(model.warnings()).isEmpty();
  }

  private static void isSame(Path link, Path file) throws IOException {
    assertThat(Files.isSameFile(link, file)).isTrue();
  }

  @Test
  void aFileThatChangesGetsAnotherFolderAndAFolderThatLacksAFileIsMended() throws IOException {
    Path file = temporary.resolve("x.gguf");
    Files.copy(GgufFixture.file("llama-plain"), file);
    Path first = GgufFolder.of(file);
    assertThat(GgufFolder.of(file)).isEqualTo(first);
    try (Stream<Path> files = Files.list(first)) {
      assertThat(files).hasSize(5);
    }
    String config = Files.readString(first.resolve("config.json"));
    Files.delete(first.resolve("config.json"));
    assertThat(GgufFolder.of(file)).isEqualTo(first);
    assertThat(first.resolve("config.json")).hasContent(config);
    assertThat(new ObjectMapper().readTree(config).get("model_type").textValue())
        .isEqualTo("llama");
    Files.copy(GgufFixture.file("llama-pieces"), file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(GgufFolder.of(file)).isNotEqualTo(first);
  }

  @Test
  void aFolderOfGgufFilesSaysWhichToGive() throws IOException {
    Files.copy(GgufFixture.file("llama-plain"), temporary.resolve("x-Q4_K_M.gguf"));
    assertThatThrownBy(() -> ModelFolder.open(temporary))
        .hasMessageEndingWith(
            "has no config.json; it has x-Q4_K_M.gguf: give that file as model.path");
  }
}
