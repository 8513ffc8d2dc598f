package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import io.gensweep.model.weights.Checkpoint;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Driver and executor. A GGUF file as a model in Hugging Face layout: the texts of the files that
 * would be in its folder, and its tensors under the names of transformers.
 */
public final class GgufModel {
  private final GgufFile file;
  private final Architecture architecture;

  private GgufModel(GgufFile file) {
    this.file = file;
    this.architecture = Architecture.of(file);
  }

  /**
   * Reads the header.
   *
   * @throws JobError if it is damaged, or of a kind that is not supported
   */
  public static GgufModel open(Path file) {
    return new GgufModel(GgufFile.read(file));
  }

  /** The JSON files of a folder that would hold this model, by name. */
  public Map<String, ObjectNode> files() {
    Vocabulary vocabulary = Vocabulary.read(file.metadata());
    ObjectNode config = architecture.config();
    if (vocabulary.size() > config.path("vocab_size").asLong()) {
      throw file.metadata()
          .wrong(
              "has "
                  + vocabulary.size()
                  + " tokens and an embedding of "
                  + config.path("vocab_size")
                  + " rows");
    }
    TokenizerText tokenizer = new TokenizerText(file.metadata(), vocabulary);
    Map<String, ObjectNode> files = new LinkedHashMap<>();
    files.put("config.json", config);
    files.put("generation_config.json", new GenerationText(vocabulary).config());
    files.put("tokenizer.json", tokenizer.tokenizer());
    files.put("tokenizer_config.json", tokenizer.config());
    return files;
  }

  /** The tensors, apart from those that config.json tells of. */
  public Checkpoint checkpoint() {
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (TensorInfo info : file.tensors()) {
      if (!Architecture.IN_CONFIG.contains(info.name())) {
        String name = architecture.name(info.name());
        if (tensors.put(name, new GgufTensor(name, info, file.path(), architecture)) != null) {
          throw file.metadata().wrong("has two tensors for " + JsonFile.shown(name));
        }
      }
    }
    return Checkpoint.of(file.path(), tensors.values());
  }
}
