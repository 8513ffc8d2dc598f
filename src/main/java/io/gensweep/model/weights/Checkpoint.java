package io.gensweep.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plain Java. The weights of a model folder by name: {@code model.safetensors}, or else the shards
 * that {@code model.safetensors.index.json} lists. Pickled weights are never read.
 */
public final class Checkpoint {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /**
   * What a checkpoint that was saved without its head lacks in names, as in transformers: the name
   * of the decoder within the class that has the head.
   */
  private static final List<String> DECODERS = List.of("model.", "transformer.", "gpt_neox.");

  /**
   * What a multimodal checkpoint has before the names of its text model; those of the decoder may
   * have it inside (model.language_model.norm) or outside (language_model.model.norm).
   */
  private static final String TEXT = "language_model.";

  private final Path path;
  private final Map<String, NamedTensor> tensors;
  private final Set<String> used = new HashSet<>();

  private Checkpoint(Path path, Map<String, NamedTensor> tensors) {
    this.path = path;
    this.tensors = Map.copyOf(tensors);
  }

  /** A checkpoint of tensors whose names are as in safetensors. */
  public static Checkpoint of(Path path, Collection<? extends NamedTensor> tensors) {
    return new Checkpoint(
        path, tensors.stream().collect(Collectors.toMap(NamedTensor::name, Function.identity())));
  }

  /** A folder of weights that are stored as they are. */
  public static Checkpoint open(Path folder) {
    return open(folder, Quantization.NONE);
  }

  public static Checkpoint open(Path folder, Quantization quantization) {
    Map<String, TensorEntry> tensors = new LinkedHashMap<>();
    for (Path file : files(folder)) {
      tensors.putAll(SafetensorsFile.read(file));
    }
    return new Checkpoint(folder, quantization.dequantized(tensors));
  }

  /**
   * The weight files of a folder, in the order of their names. A whole file counts more than an
   * index beside it, as in transformers: an index is left behind where shards were merged.
   */
  public static List<Path> files(Path folder) {
    Path single = folder.resolve(SINGLE);
    if (Files.exists(single, LinkOption.NOFOLLOW_LINKS)) {
      JsonFile.requireRegular(single);
      return List.of(single);
    }
    Path index = folder.resolve(INDEX);
    return JsonFile.read(index)
        .map(json -> shards(folder, index, json))
        .orElseThrow(
            () ->
                new JobError(
                    "model.path: "
                        + folder
                        + " has neither "
                        + SINGLE
                        + " nor "
                        + INDEX
                        + (hasPickles(folder)
                            ? "; its .bin weights are pickles, which can run code and are not read:"
                                + " save the model again with save_pretrained, which writes"
                                + " safetensors"
                            : "")));
  }

  private static List<Path> shards(Path folder, Path index, JsonNode json) {
    JsonNode map = json.path("weight_map");
    if (!map.isObject() || map.isEmpty() || !json.path("metadata").isObject()) {
      throw new JobError(
          "model.path: "
              + index
              + " must have the objects metadata and weight_map, tensor: file, was "
              + JsonFile.shown(json));
    }
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode name : map) {
      if (!name.isTextual()) {
        throw new JobError(
            "model.path: "
                + index
                + ": weight_map must give names of files, was "
                + JsonFile.shown(name));
      }
      names.add(name.textValue());
    }
    for (String name : names) {
      if (!isPlainName(name) || !Files.isRegularFile(folder.resolve(name))) {
        throw new JobError(
            "model.path: "
                + index
                + " names "
                + JsonFile.shown(name)
                + ", which is not in the folder");
      }
    }
    return names.stream().map(folder::resolve).toList();
  }

  private static boolean isPlainName(String name) {
    return !name.isEmpty()
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == 0);
  }

  private static boolean hasPickles(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
        || Files.exists(folder.resolve("pytorch_model.bin.index.json"));
  }

  public boolean has(String name) {
    return stored(name).isPresent();
  }

  /** The shape of the tensor of that name, where there is one. */
  public Optional<List<Long>> shapeOf(String name) {
    return stored(name).map(NamedTensor::shape);
  }

  /** The tensor of that name; an error unless it has exactly this shape. */
  public StoredTensor tensor(String name, long... shape) {
    return find(name, shape).orElseThrow(() -> missing(name));
  }

  /** What is said of a tensor that a model cannot do without. */
  public JobError missing(String name) {
    return new JobError(
        "model.path: " + path + " has no tensor " + name + ", which config.json asks for");
  }

  /** The tensor of that name, where there is one; an error unless it has exactly this shape. */
  public Optional<StoredTensor> find(String name, long... shape) {
    return stored(name)
        .map(
            tensor -> {
              used.add(tensor.name());
              List<Long> asked = Arrays.stream(shape).boxed().toList();
              if (!tensor.shape().equals(asked)) {
                throw new JobError(
                    "model.path: "
                        + tensor.file()
                        + ": tensor "
                        + tensor.name()
                        + " has shape "
                        + tensor.shape()
                        + ", config.json asks for "
                        + asked);
              }
              return tensor.open();
            });
  }

  private Optional<NamedTensor> stored(String name) {
    return names(name).filter(tensors::containsKey).findFirst().map(tensors::get);
  }

  /** What a checkpoint may call a tensor, best first. */
  private static Stream<String> names(String name) {
    Stream<String> whole = Stream.of(name, TEXT + name);
    return DECODERS.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(
            decoder -> {
              String within = name.substring(decoder.length());
              return Stream.concat(
                  whole, Stream.of(decoder + TEXT + within, TEXT + within, within));
            })
        .orElse(whole);
  }

  /** Names that no one has asked for yet. */
  public Set<String> unused() {
    Set<String> names = new TreeSet<>(tensors.keySet());
    names.removeAll(used);
    return names;
  }
}
