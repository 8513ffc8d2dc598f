package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import io.gensweep.model.weights.Checkpoint;
import io.gensweep.model.weights.Quantization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Driver and executor. A model in HF layout on the local disk, read as far as its headers: opening
 * one proves that config, tokenizer and weights are there, fit each other and are not truncated,
 * and costs milliseconds.
 */
public record ModelFolder(Path path, DecoderSpec spec, List<Integer> eosTokenIds) {
  private static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";
  private static final String EOS = "eos_token_id";
  private static final int MOST_NAMED = 3;

  /** Old checkpoints hold the rotary frequencies and the mask, which are the same for all. */
  private static final Pattern CONSTANT =
      Pattern.compile(
          "(rotary_emb\\.inv_freq|\\.attn\\.(masked_)?bias|\\.attention\\.(masked_)?bias)$");

  /** What publishers give beside or in place of tokenizer.json. */
  private static final List<String> OTHER_TOKENIZERS =
      List.of("tokenizer.model", "tekken.json", "vocab.json", "spiece.model");

  public ModelFolder {
    eosTokenIds = List.copyOf(eosTokenIds);
  }

  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new JobError(
          "model.path: "
              + path
              + " is not a folder; give a folder in Hugging Face layout, or a GGUF file");
    }
    ObjectNode json = json(path);
    requireTokenizer(path);
    DecoderSpec spec = ModelConfig.read(json);
    List<Integer> ends = eos(path, json).stream().filter(id -> id < spec.vocabSize()).toList();
    ModelFolder folder = new ModelFolder(path, spec, ends);
    folder.weights();
    return folder;
  }

  /** SentencePiece and tekken files alone do not say what HF's tokenizer makes of a text. */
  private static void requireTokenizer(Path path) {
    if (Files.isRegularFile(path.resolve("tokenizer.json"))) {
      return;
    }
    String other =
        OTHER_TOKENIZERS.stream()
            .filter(name -> Files.exists(path.resolve(name)))
            .findFirst()
            .map(name -> "; its " + name + " is not read")
            .orElse("");
    throw new JobError(
        "model.path: "
            + path
            + " has no tokenizer.json"
            + other
            + "; make one there with transformers: AutoTokenizer.from_pretrained(FOLDER)"
            + ".save_pretrained(FOLDER)");
  }

  private static ObjectNode json(Path path) {
    return JsonFile.read(path.resolve(CONFIG))
        .orElseThrow(
            () ->
                new JobError("model.path: " + path + " has no " + CONFIG + GgufFolder.hint(path)));
  }

  DecoderWeights weights() {
    return DecoderWeights.find(spec, checkpoint());
  }

  private Checkpoint checkpoint() {
    return GgufFolder.checkpoint(path)
        .orElseGet(() -> Checkpoint.open(path, Quantization.of(json(path))));
  }

  /** The files that hold the weights. */
  public List<Path> weightFiles() {
    return GgufFolder.weights(path).map(List::of).orElseGet(() -> Checkpoint.files(path));
  }

  /**
   * What ends a continuation. Where there is a generation_config.json it alone counts, even where
   * it names no token, as in transformers.
   */
  private static List<Integer> eos(Path path, JsonNode config) {
    List<Integer> ofConfig = ids(CONFIG, config.path(EOS));
    return JsonFile.read(path.resolve(GENERATION))
        .map(generation -> ids(GENERATION, generation.path(EOS)))
        .orElse(ofConfig);
  }

  private static List<Integer> ids(String file, JsonNode eos) {
    if (eos.isMissingNode() || eos.isNull()) {
      return List.of();
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : eos.isArray() && !eos.isEmpty() ? eos : List.of(eos)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw new JobError(
            file
                + ": "
                + EOS
                + " must be a token id >= 0, a list of them or null, was "
                + JsonFile.shown(eos));
      }
      ids.add(id.intValue());
    }
    return ids;
  }

  /** What is odd about the folder and not wrong: one line each, as transformers would warn. */
  public List<String> warnings() {
    ObjectNode json = json(path);
    List<String> warnings = new ArrayList<>(ModelConfig.warnings(json));
    for (int id : eos(path, json)) {
      if (id >= spec.vocabSize()) {
        warnings.add(
            "%s %d is not in [0, %d); no continuation can end with it"
                .formatted(EOS, id, spec.vocabSize()));
      }
    }
    Optional<ObjectNode> generation = JsonFile.read(path.resolve(GENERATION));
    if (generation.isPresent() && eosTokenIds.isEmpty() && json.hasNonNull(EOS)) {
      warnings.add(
          "%s has no %s, so only stop strings and max_tokens end a continuation; %s has %s"
              .formatted(GENERATION, EOS, CONFIG, JsonFile.shown(json.get(EOS))));
    }
    warnings.addAll(Quantization.of(json).warnings());
    warnings.addAll(ofWeights());
    return warnings;
  }

  private List<String> ofWeights() {
    List<String> warnings = new ArrayList<>();
    Checkpoint checkpoint = checkpoint();
    DecoderWeights weights = DecoderWeights.find(spec, checkpoint);
    if (spec.ends().tied() && weights.ownHead(true).isPresent()) {
      warnings.add(
          "config.json: tie_word_embeddings is true and the checkpoint has an lm_head.weight of its"
              + " own, which is used");
    }
    Set<String> unused = checkpoint.unused();
    unused.removeIf(name -> CONSTANT.matcher(name).find());
    if (!unused.isEmpty()) {
      warnings.add(
          "model.path: %d tensors of the checkpoint are no part of %s and not used: %s"
              .formatted(
                  unused.size(),
                  ModelConfig.architecture(json(path)),
                  unused.stream()
                          .limit(MOST_NAMED)
                          .map(JsonFile::shown)
                          .collect(Collectors.joining(", "))
                      + (unused.size() > MOST_NAMED ? ", ..." : "")));
    }
    return warnings;
  }
}
