package io.gensweep.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gensweep.job.JobError;
import io.gensweep.job.SpecialTokens;
import io.gensweep.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokenizers that are made of metadata; GgufFolderTest has those of whole models. */
class GgufTokenizerTest {
  private static final String LLAMA_CPP = "GENSWEEP_LLAMA_CPP";
  private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

  @TempDir Path folder;

  /** Vocabularies with texts and their ids, by the tokenizers of the models themselves. */
  static Stream<String> vocabularies() {
    return Stream.of(
        "command-r",
        "deepseek-coder",
        "deepseek-llm",
        "falcon",
        "gpt-2",
        "llama-bpe",
        "llama-spm",
        "mpt",
        "phi-3",
        "qwen2",
        "qwen35",
        "refact",
        "starcoder");
  }

  @ParameterizedTest
  @MethodSource("vocabularies")
  @EnabledIfEnvironmentVariable(named = LLAMA_CPP, matches = ".+")
  void textsHaveTheIdsThatLlamaCppTests(String name) throws IOException {
    Path file = Path.of(System.getenv(LLAMA_CPP), "models", "ggml-vocab-" + name + ".gguf");
    write(GgufFile.read(file).metadata());
    String[] texts = Files.readString(Path.of(file + ".inp")).split(SEPARATOR, -1);
    List<String> ids = List.of(Files.readString(Path.of(file + ".out")).split("\n", -1));
    assertThat(ids).hasSameSizeAs(texts).hasSizeGreaterThan(40);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      for (int i = 0; i < texts.length; i++) {
        int[] expected =
            Arrays.stream(ids.get(i).trim().split(" "))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        assertThat(tokenizer.encode(texts[i], false, SpecialTokens.PARSE))
            .as(texts[i])
            .isEqualTo(expected);
      }
    }
  }

  private void write(Metadata metadata) throws IOException {
    TokenizerText text = new TokenizerText(metadata, Vocabulary.read(metadata));
    Files.writeString(folder.resolve("tokenizer.json"), text.tokenizer().toString());
    Files.writeString(folder.resolve("tokenizer_config.json"), text.config().toString());
  }

  @Test
  void othersAreRefusedByTheirNames() {
    refused("tokenizer.ggml.model", "bert", "tokenizer.ggml.model of bert, which is not supported");
    refused(
        "tokenizer.ggml.pre", "a-new-one", "tokenizer.ggml.pre of a-new-one, which is not known");
  }

  private static void refused(String key, String value, String said) {
    Metadata metadata = GgufFile.read(GgufFixture.file("llama-plain")).metadata();
    Map<String, JsonNode> values = new HashMap<>(metadata.values());
    values.put(key, TextNode.valueOf(value));
    Metadata other = new Metadata(metadata.file(), Map.copyOf(values), metadata.arrays());
    assertThatThrownBy(() -> new TokenizerText(other, Vocabulary.read(other)).tokenizer())
        .isInstanceOf(JobError.class)
        .hasMessageContaining(said);
  }
}
