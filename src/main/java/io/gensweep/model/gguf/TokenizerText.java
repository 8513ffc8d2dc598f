package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JsonFile;
import java.util.Optional;

/** Makes tokenizer.json and tokenizer_config.json of a GGUF file's tokenizer. */
final class TokenizerText {
  private static final String MODEL = "tokenizer.ggml.model";

  private final Metadata metadata;
  private final Vocabulary vocabulary;

  TokenizerText(Metadata metadata, Vocabulary vocabulary) {
    this.metadata = metadata;
    this.vocabulary = vocabulary;
  }

  /** What tokenizer.json would hold. */
  ObjectNode tokenizer() {
    String model = metadata.requiredText(MODEL);
    return switch (model) {
      case "gpt2" -> byteLevel(PreTokenizer.of(metadata));
      case "llama" -> sentencePiece();
      default ->
          throw metadata.wrong(
              "has a "
                  + MODEL
                  + " of "
                  + JsonFile.shown(model)
                  + ", which is not supported; supported: gpt2 (byte-level BPE) and llama"
                  + " (SentencePiece BPE)");
    };
  }

  private ObjectNode byteLevel(PreTokenizer splitting) {
    ObjectNode file = file(splitting.addsBos());
    splitting.normalizer().ifPresent(type -> file.putObject("normalizer").put("type", type));
    file.putObject("pre_tokenizer")
        .put("type", "Sequence")
        .set("pretokenizers", splitting.parts().deepCopy());
    file.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = model(file, Optional.empty());
    model.put("ignore_merges", splitting.ignoresMerges());
    ArrayNode merges = model.putArray("merges");
    for (String merge : metadata.texts("tokenizer.ggml.merges")) {
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw metadata.wrong("has a merge without a space: " + JsonFile.shown(merge));
      }
      merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
    return file;
  }

  private ObjectNode sentencePiece() {
    boolean addsSpace = metadata.flag("tokenizer.ggml.add_space_prefix").orElse(true);
    ObjectNode file = file(true);
    ArrayNode normalizers =
        file.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    ArrayNode decoders = file.putObject("decoder").put("type", "Sequence").putArray("decoders");
    if (addsSpace) {
      normalizers.addObject().put("type", "Prepend").put("prepend", SentencePieceMerges.SPACE);
    }
    replace(normalizers.addObject(), " ", SentencePieceMerges.SPACE);
    replace(decoders.addObject(), SentencePieceMerges.SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (addsSpace) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    ObjectNode model = model(file, vocabulary.tokenNamed("unknown"));
    model.put("byte_fallback", true).put("ignore_merges", false);
    model.set("merges", new SentencePieceMerges(metadata, vocabulary).ranked());
    return file;
  }

  private static void replace(ObjectNode part, String text, String with) {
    part.put("type", "Replace").put("content", with).putObject("pattern").put("String", text);
  }

  /** What both kinds have. */
  private ObjectNode file(boolean usuallyAddsBos) {
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.put("version", "1.0");
    file.set("added_tokens", vocabulary.addedTokens());
    template(usuallyAddsBos).ifPresent(template -> file.set("post_processor", template));
    return file;
  }

  private ObjectNode model(ObjectNode file, Optional<String> unknown) {
    ObjectNode model = file.putObject("model").put("type", "BPE");
    unknown.ifPresentOrElse(
        token -> model.put("unk_token", token), () -> model.putNull("unk_token"));
    model.put("fuse_unk", unknown.isPresent());
    model.set("vocab", vocabulary.vocab());
    return model;
  }

  /** Puts BOS and EOS around a text, as far as the file wants them. */
  private Optional<ObjectNode> template(boolean usuallyAddsBos) {
    ObjectNode template = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    ObjectNode specials = template.putObject("special_tokens");
    if (metadata.flag("tokenizer.ggml.add_bos_token").orElse(usuallyAddsBos)) {
      add("bos", specials, single, pair);
    }
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
    if (metadata.flag("tokenizer.ggml.add_eos_token").orElse(false)) {
      add("eos", specials, single, pair);
    }
    return specials.isEmpty() ? Optional.empty() : Optional.of(template);
  }

  private void add(String name, ObjectNode specials, ArrayNode... sequences) {
    Optional<String> token = vocabulary.tokenNamed(name);
    if (token.isEmpty()) {
      return;
    }
    for (ArrayNode sequence : sequences) {
      sequence.addObject().putObject("SpecialToken").put("id", token.get()).put("type_id", 0);
    }
    ObjectNode special = specials.putObject(token.get()).put("id", token.get());
    special.putArray("ids").add(vocabulary.named(name).getAsInt());
    special.putArray("tokens").add(token.get());
  }

  /** What tokenizer_config.json would hold: names of special tokens, and the chat template. */
  ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("clean_up_tokenization_spaces", false);
    putName(config, "bos_token", "bos");
    putName(config, "eos_token", "eos");
    putName(config, "unk_token", "unknown");
    putName(config, "pad_token", "padding");
    metadata
        .text("tokenizer.chat_template")
        .ifPresent(template -> config.put("chat_template", template));
    return config;
  }

  private void putName(ObjectNode config, String key, String name) {
    vocabulary.tokenNamed(name).ifPresent(token -> config.put(key, token));
  }
}
