package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The shape of a model, which the metadata has under the name of its architecture.
 *
 * @param architecture as llama.cpp calls it
 */
record Hyperparameters(GgufFile file, String architecture) {
  private static final String EMBEDDING = "token_embd.weight";

  /** Keys that every architecture may have and that are read, or say nothing of the decoder. */
  private static final Set<String> KNOWN =
      Set.of(
          "attention.head_count",
          "attention.head_count_kv",
          "attention.key_length",
          "attention.layer_norm_rms_epsilon",
          "attention.value_length",
          "block_count",
          "context_length",
          "embedding_length",
          "feed_forward_length",
          "rope.dimension_count",
          "rope.freq_base",
          "rope.scaling.attn_factor",
          "rope.scaling.factor",
          "rope.scaling.finetuned",
          "rope.scaling.original_context_length",
          "rope.scaling.type",
          "rope.scaling.yarn_attn_factor",
          "rope.scaling.yarn_beta_fast",
          "rope.scaling.yarn_beta_slow",
          "tensor_data_layout",
          "vocab_size");

  /**
   * Refuses keys that could change what is computed.
   *
   * @param more keys that this architecture has besides, without its name
   */
  void requireKnown(String... more) {
    Set<String> known =
        Stream.concat(KNOWN.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
    Stream.concat(
            file.metadata().values().keySet().stream(), file.metadata().arrays().keySet().stream())
        .sorted()
        .filter(key -> key.startsWith(architecture + "."))
        .filter(key -> !known.contains(key.substring(architecture.length() + 1)))
        .findFirst()
        .ifPresent(
            key -> {
              throw wrong(
                  "has the key "
                      + JsonFile.shown(key)
                      + ", which is not supported and could change what the model computes");
            });
  }

  /** A whole number from 1. */
  int size(String key) {
    int size = file.metadata().requiredCount(key(key));
    if (size < 1) {
      throw wrong("has a " + key(key) + " that must be at least 1, was " + size);
    }
    return size;
  }

  OptionalInt count(String key) {
    return file.metadata().count(key(key));
  }

  Optional<Double> number(String key) {
    return file.metadata().number(key(key));
  }

  Optional<String> text(String key) {
    return file.metadata().text(key(key));
  }

  /** The key with the name of the architecture, as the file has it. */
  String key(String key) {
    return architecture + "." + key;
  }

  int layers() {
    int layers = size("block_count");
    if (layers > file.tensors().size()) {
      throw wrong(
          "has a "
              + key("block_count")
              + " of "
              + layers
              + " and "
              + file.tensors().size()
              + " tensors");
    }
    return layers;
  }

  int headSize() {
    int size =
        count("attention.key_length")
            .orElseGet(() -> size("embedding_length") / size("attention.head_count"));
    int valueSize = count("attention.value_length").orElse(size);
    if (size < 1 || valueSize != size) {
      throw wrong(
          "has heads of " + size + " and " + valueSize + " values; both must be the same, from 1");
    }
    return size;
  }

  /** Rows of the embedding. */
  long vocabSize() {
    return file.tensor(EMBEDDING)
        .filter(tensor -> tensor.shape().size() == 2)
        .orElseThrow(() -> wrong("has no matrix " + EMBEDDING))
        .shape()
        .get(0);
  }

  boolean hasTensor(String name) {
    return file.tensor(name).isPresent();
  }

  /**
   * What config.json says in every family.
   *
   * @param type the model_type of transformers
   * @param modelClass its class, for messages
   */
  ObjectNode config(String type, String modelClass) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add(modelClass);
    config
        .put("model_type", type)
        .put("vocab_size", vocabSize())
        .put("hidden_size", size("embedding_length"))
        .put("intermediate_size", size("feed_forward_length"))
        .put("num_hidden_layers", layers())
        .put("num_attention_heads", size("attention.head_count"))
        .put(
            "num_key_value_heads",
            count("attention.head_count_kv").orElseGet(() -> size("attention.head_count")))
        .put("head_dim", headSize())
        .put("max_position_embeddings", size("context_length"))
        .put(
            "rms_norm_eps",
            number("attention.layer_norm_rms_epsilon")
                .orElseThrow(() -> wrong("has no " + key("attention.layer_norm_rms_epsilon"))))
        .put("tie_word_embeddings", !hasTensor("output.weight"))
        .put("dtype", dtype());
    token("bos").ifPresent(id -> config.put("bos_token_id", id));
    token("eos").ifPresent(id -> config.put("eos_token_id", id));
    token("padding").ifPresent(id -> config.put("pad_token_id", id));
    return config;
  }

  private OptionalInt token(String name) {
    return file.metadata().count("tokenizer.ggml." + name + "_token_id");
  }

  /** Numbers that are stored in blocks are computed to float32. */
  private String dtype() {
    TensorType type = file.tensor(EMBEDDING).orElseThrow().type();
    return switch (type) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      default -> "float32";
    };
  }

  JobError wrong(String what) {
    return file.metadata().wrong(what);
  }
}
