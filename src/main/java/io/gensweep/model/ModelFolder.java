package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Driver and executor. A model in HF layout on the local disk, read as far as its headers: opening
 * one proves that config, tokenizer and weights are there, fit each other and are not truncated,
 * and costs milliseconds.
 */
public record ModelFolder(Path path, ModelConfig config, List<Integer> eosTokenIds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelFolder {
    eosTokenIds = List.copyOf(eosTokenIds);
  }

  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new JobError(
          "model.path: " + path + " is not a folder; give a folder in Hugging Face layout");
    }
    JsonNode config =
        json(path.resolve("config.json"))
            .orElseThrow(() -> new JobError("model.path: " + path + " has no config.json"));
    if (!Files.isRegularFile(path.resolve("tokenizer.json"))) {
      throw new JobError("model.path: " + path + " has no tokenizer.json");
    }
    ModelFolder folder = new ModelFolder(path, ModelConfig.of(config), eos(path, config));
    folder.weights();
    return folder;
  }

  /** The model's own sampling defaults, {@code generation_config.json}. */
  public static Optional<JsonNode> generationConfig(Path path) {
    return json(path.resolve("generation_config.json"));
  }

  DecoderWeights weights() {
    return DecoderWeights.find(config, Checkpoint.open(path));
  }

  private static List<Integer> eos(Path path, JsonNode config) {
    JsonNode eos =
        generationConfig(path)
            .map(g -> g.path("eos_token_id"))
            .filter(e -> !e.isMissingNode() && !e.isNull())
            .orElse(config.path("eos_token_id"));
    if (eos.isArray()) {
      return StreamSupport.stream(eos.spliterator(), false).map(JsonNode::asInt).toList();
    }
    return eos.isInt() ? List.of(eos.asInt()) : List.of();
  }

  private static Optional<JsonNode> json(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(file.toFile()));
    } catch (IOException e) {
      throw new JobError("model.path: " + file + " is not valid JSON: " + e.getMessage(), e);
    }
  }
}
