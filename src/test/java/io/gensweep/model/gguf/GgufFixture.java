package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Small GGUF files that llama.cpp wrote (src/test/python/make_gguf.py). */
public final class GgufFixture {
  /** A model of each architecture. */
  public static final List<String> MODELS =
      List.of(
          "llama-plain",
          "llama-llama3",
          "llama-pieces",
          "qwen2-yarn",
          "qwen3-plain",
          "gemma2-plain",
          "gemma3-plain",
          "phi3-longrope");

  private GgufFixture() {}

  public static Path file(String name) {
    return Path.of("src/test/resources/gguf", name + ".gguf");
  }

  /** What transformers has in its place: config, formulas of tensors, ids of texts. */
  public static JsonNode oracle(String name) {
    try {
      return new ObjectMapper()
          .readTree(Path.of("src/test/resources/gguf", name + ".json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
