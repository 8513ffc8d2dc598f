package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a byte-level BPE cuts a text before it merges, by llama.cpp's name of it. A GGUF file has the
 * name alone; the expressions are those that the models' own tokenizer.json have.
 *
 * @param parts of tokenizer.json's pre_tokenizer
 * @param ignoresMerges whether a piece that is a token is one without any merge
 * @param addsBos whether a text begins with the BOS where the file does not say it
 * @param normalizer of tokenizer.json, by its type
 */
record PreTokenizer(
    ArrayNode parts, boolean ignoresMerges, boolean addsBos, Optional<String> normalizer) {
  private static final String RESOURCE = "pre-tokenizers.json";
  private static final Map<String, PreTokenizer> KNOWN = read();

  static PreTokenizer of(Metadata metadata) {
    String name = metadata.text("tokenizer.ggml.pre").orElse("default");
    PreTokenizer known = KNOWN.get(name);
    if (known == null) {
      throw metadata.wrong(
          "has a tokenizer.ggml.pre of "
              + JsonFile.shown(name)
              + ", which is not known; take the model in safetensors, or a GGUF file of a newer"
              + " conversion");
    }
    return known;
  }

  private static Map<String, PreTokenizer> read() {
    Map<String, PreTokenizer> known = new HashMap<>();
    try (InputStream in = PreTokenizer.class.getResourceAsStream(RESOURCE)) {
      for (JsonNode entry : new ObjectMapper().readTree(in)) {
        PreTokenizer read =
            new PreTokenizer(
                (ArrayNode) entry.get("pre_tokenizers"),
                entry.path("ignore_merges").asBoolean(),
                entry.path("add_bos").asBoolean(),
                Optional.ofNullable(entry.path("normalizer").textValue()));
        entry.get("names").forEach(name -> known.put(name.textValue(), read));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
    return Map.copyOf(known);
  }
}
