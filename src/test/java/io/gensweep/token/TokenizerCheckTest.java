package io.gensweep.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the tiny model with one thing changed; some end a process that loads them. */
class TokenizerCheckTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path TINY = Path.of("data/models/tiny");
  private static final String GPT_4O =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir private Path folder;

  /** No cache of an earlier run may answer. */
  private final String hash = UUID.randomUUID().toString();

  private ObjectNode file;

  @BeforeEach
  void readTiny() throws IOException {
    file = (ObjectNode) JSON.readTree(TINY.resolve("tokenizer.json").toFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      ignoreLeadingAndTrailingWhitespace = true,
      quoteCharacter = '`',
      value = {
        "/model => null => /model must be an object, was null",
        "/model/type => `\"Byte\"` => /model/type must be one of [BPE, Unigram, WordLevel, WordPiece]",
        "/model/vocab => [] => /model/vocab must be an object, was a list of 0",
        "/model/vocab/a => -1 => /model/vocab/a must be a whole number from 0 to 2147483646, was -1",
        "/model/vocab/a => 4294967296 => /model/vocab/a must be a whole number",
        "/model/vocab/a => 1e3 => /model/vocab/a must be a whole number",
        "/model/vocab/a => `\"7\"` => /model/vocab/a must be a whole number",
        "/model/vocab/a => 7 => /model/vocab/a must have an id of its own, not that of",
        "/model/merges => {} => /model/merges must be a list, was an object",
        "/model/merges/0 => [\"a\"] => /model/merges/0 must be a list of 2 values",
        "/model/merges/0 => [1, 2] => /model/merges/0/0 must be a text, was 1",
        "/model/merges/0 => [\"a\",\"never\"] => refuses it: Token `never` out of vocabulary",
        "/model/dropout => 0.1 => /model/dropout must be null, since with dropout",
        "/model/unk_token => 5 => /model/unk_token must be a text, was 5",
        "/model/fuse_unk => `\"no\"` => /model/fuse_unk must be true or false",
        "/added_tokens => null => /added_tokens must be a list, was null",
        "/added_tokens/0 => `\"<s>\"` => /added_tokens/0 must be an object",
        "/added_tokens/0/id => 5000000000 => /added_tokens/0/id must be a whole number",
        "/added_tokens/0/content => null => /added_tokens/0/content must be a text, was null",
        "/added_tokens/0/special => 1 => /added_tokens/0/special must be true or false",
        "/normalizer => [] => /normalizer must be an object",
        "/normalizer => {\"type\":\"NFQ\"} => /normalizer/type must be one of [BertNormalizer,",
        "/normalizer => {\"type\":\"Replace\",\"content\":\"\"} => /normalizer has no pattern",
        "/normalizer => {\"type\":\"Sequence\",\"normalizers\":{}} => /normalizer/normalizers must be a list",
        "/normalizer => {\"type\":\"Precompiled\",\"precompiled_charsmap\":null} => /normalizer/precompiled_charsmap must be a text",
        "/pre_tokenizer/pretokenizers/0 => null => /pre_tokenizer/pretokenizers/0 must be an object",
        "/pre_tokenizer => {\"type\":\"Split\",\"pattern\":\"a\"} => /pre_tokenizer/pattern must be an object",
        "/pre_tokenizer => {\"type\":\"Split\",\"pattern\":{\"Regex\":1}} => /pre_tokenizer/pattern/Regex must be a text",
        "/pre_tokenizer => {\"type\":\"Metaspace\",\"replacement\":\"\"} => /pre_tokenizer/replacement must be a single character",
        "/pre_tokenizer => {\"type\":\"FixedLength\",\"length\":0} => /pre_tokenizer/length must be a whole number from 1",
        "/post_processor/special_tokens => {} => /post_processor/single/0/SpecialToken/id must be one of special_tokens",
        "/post_processor/single => [{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}] => /post_processor/single/0/Sequence/id must be one of [A]",
        "/post_processor/special_tokens/x => {\"id\":\"x\",\"ids\":[0,1],\"tokens\":[\"x\"]} => must have as many values as tokens",
        "/decoder => `\"ByteLevel\"` => /decoder must be an object",
        "/decoder => {\"type\":\"Strip\",\"content\":\"a\",\"start\":-1,\"stop\":0} => /decoder/start must be a whole number",
      })
  void whatHasAnotherShapeIsNamed(String pointer, String value, String message) throws IOException {
    set(pointer, JSON.readTree(value));
    requireRefused(message);
  }

  @Test
  void nestingIsBounded() throws IOException {
    ObjectNode part = JSON.createObjectNode().put("type", "NFC");
    for (int i = 0; i < 40; i++) {
      ObjectNode outer = JSON.createObjectNode().put("type", "Sequence");
      outer.putArray("normalizers").add(part);
      part = outer;
    }
    set("/normalizer", part);
    requireRefused("nested more than 64 deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[1]", "null", "{} {}", "\uFEFF{}", "\u0000", "{\"model\": \"x\"}"})
  void whatIsNoTokenizerIsNamed(String text) throws IOException {
    requireNamed(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherEncodingIsNamed() throws IOException {
    requireNamed(file.toString().getBytes(StandardCharsets.UTF_16));
  }

  /** Each ends a process that loads or uses it, or holds it for hours. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      ignoreLeadingAndTrailingWhitespace = true,
      quoteCharacter = '`',
      value = {
        "/pre_tokenizer => {\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+b\"},\"behavior\":\"Isolated\",\"invert\":false} => while encoding a run of 'a': Onig: Regex search error",
        "/normalizer => {\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"x\"} => while encoding 'Hello",
        "/normalizer => {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"} => while loading it: Precompiled",
        "/normalizer => {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////////////w==\"} => while loading it: memory allocation of 8589934584 bytes failed",
        "/model/continuing_subword_prefix => `\"##########\"` => while loading it: byte index",
        "/decoder => {\"type\":\"Strip\",\"content\":\"a\",\"start\":1,\"stop\":1} => slice index starts at 1 but ends at 0",
      })
  void whatEndsTheLibraryIsTriedElsewhere(String pointer, String value, String message)
      throws IOException {
    set(pointer, JSON.readTree(value));
    assertThat(KnownTokenizer.matches(file)).isFalse();
    requireRefused(message);
  }

  @Test
  void aGoodTokenizerOfItsOwnExpressionPassesAndIsTriedOnce() throws IOException {
    set(
        "/pre_tokenizer",
        JSON.readTree(
            """
            {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex": "?"}}
            """));
    ((ObjectNode) file.at("/pre_tokenizer/pattern")).put("Regex", GPT_4O);
    Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(file));
    assertThat(KnownTokenizer.matches(file)).isFalse();
    TokenizerCheck.require(folder, hash);
    long start = System.nanoTime();
    TokenizerCheck.require(folder, hash);
    assertThat(System.nanoTime() - start).as("ns without a process").isLessThan(500_000_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "digits", "metaspace", "words"})
  void tokenizersOfKnownPartsNeedNoTrial(String name) {
    Path known = TokenizerFixture.folder(name);
    assertThat(KnownTokenizer.matches(TokenizerJson.tree(known))).isTrue();
    assertThatCode(() -> TokenizerCheck.require(known, hash)).doesNotThrowAnyException();
  }

  private void set(String pointer, JsonNode value) {
    int last = pointer.lastIndexOf('/');
    JsonNode parent = file.at(pointer.substring(0, last));
    String name = pointer.substring(last + 1);
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(name), value);
    } else {
      ((ObjectNode) parent).set(name, value);
    }
  }

  private void requireNamed(byte[] bytes) throws IOException {
    Files.write(folder.resolve("tokenizer.json"), bytes);
    assertThatThrownBy(() -> TokenizerCheck.require(folder, hash))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: " + folder + "/tokenizer.json");
  }

  private void requireRefused(String message) throws IOException {
    Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(file));
    assertThatThrownBy(() -> TokenizerCheck.require(folder, hash))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: " + folder + "/tokenizer.json: ")
        .hasMessageContaining(message)
        .hasMessageContaining("; take the file of the model's publisher");
  }
}
