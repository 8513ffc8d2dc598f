package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Plain Java. The weights of a model folder by name: {@code model.safetensors}, or the shards that
 * {@code model.safetensors.index.json} lists. Pickled weights are never read.
 */
public final class Checkpoint {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final Map<String, StoredTensor> tensors;

  private Checkpoint(Path folder, Map<String, StoredTensor> tensors) {
    this.folder = folder;
    this.tensors = Map.copyOf(tensors);
  }

  public static Checkpoint open(Path folder) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Path file : files(folder)) {
      tensors.putAll(SafetensorsFile.read(file));
    }
    return new Checkpoint(folder, tensors);
  }

  /** The weight files of a folder, in the order of their names. */
  public static List<Path> files(Path folder) {
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      Path single = folder.resolve(SINGLE);
      if (!Files.isRegularFile(single)) {
        throw new JobError(
            "model.path: "
                + folder
                + " has neither "
                + SINGLE
                + " nor "
                + INDEX
                + (hasPickles(folder)
                    ? "; its .bin weights are pickles, which can run code and are not read: save the model"
                        + " again with save_pretrained, which writes safetensors"
                    : ""));
      }
      return List.of(single);
    }
    try {
      JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
      TreeSet<String> names = new TreeSet<>();
      map.forEach(name -> names.add(name.asText()));
      for (String name : names) {
        if (!Path.of(name).getFileName().toString().equals(name)
            || !Files.isRegularFile(folder.resolve(name))) {
          throw new JobError(
              "model.path: " + index + " names " + name + ", which is not in the folder");
        }
      }
      return names.stream().map(folder::resolve).toList();
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + index + ": " + e.getMessage(), e);
    }
  }

  private static boolean hasPickles(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
        || Files.exists(folder.resolve("pytorch_model.bin.index.json"));
  }

  /** The tensor of that name; an error unless it has exactly this shape. */
  public StoredTensor tensor(String name, Integer... shape) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new JobError(
          "model.path: " + folder + " has no tensor " + name + ", which config.json asks for");
    }
    if (!tensor.shape().equals(List.of(shape))) {
      throw new JobError(
          "model.path: "
              + folder
              + ": tensor "
              + name
              + " has shape "
              + tensor.shape()
              + ", config.json asks for "
              + List.of(shape));
    }
    return tensor;
  }
}
