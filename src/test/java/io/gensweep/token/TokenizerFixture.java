package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;

/** Small tokenizers for tests (src/test/python/make_tokenizer_oracle.py). */
final class TokenizerFixture {
  private TokenizerFixture() {}

  /** The folder of a tokenizer and of what transformers makes of texts with it. */
  static Path folder(String name) {
    try {
      return Path.of(TokenizerFixture.class.getResource("/tokenizers/" + name).toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Copies a file of a tokenizer into another folder. */
  static void copy(String name, String file, Path to) throws IOException {
    Files.copy(folder(name).resolve(file), to.resolve(file));
  }

  /** The numbers of a list. */
  static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
