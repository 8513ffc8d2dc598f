package io.gensweep.job;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a job may well ask for and this version does not do: refused by name, never ignored, nor
 * taken for a slip. A feature that lands takes its lines from here.
 */
final class Support {
  private static final String NOT_YET = "not supported by this version; ";
  private static final String NO_BEAMS = "there is no beam search here; leave it out";
  private static final String NO_GRAMMAR =
      NOT_YET + "leave it out, allowed_token_ids restricts what is drawn";
  private static final String NO_ADAPTERS =
      NOT_YET + "merge the adapter into the weights (PEFT's merge_and_unload)";

  /** By the key's full name; those of sampling hold for a sweep and for a row's sampling too. */
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          entry("evaluate", NOT_YET + "compare the rows of completions with a kept column"),
          entry("model.adapters", NO_ADAPTERS),
          entry("sampling.adapter", NO_ADAPTERS),
          entry("prompts.system", NOT_YET + "put a system message first in each row's messages"),
          entry("prompts.template", NOT_YET + "make the text a column of the dataset"),
          entry("prompts.limit", NOT_YET + "name a dataset that has only the prompts you want"),
          entry("prompts.truncate", NOT_YET + "a prompt that is too long becomes an error row"),
          entry("sampling.choice", NO_GRAMMAR),
          entry("sampling.regex", NO_GRAMMAR),
          entry("sampling.json_schema", NO_GRAMMAR),
          entry("sampling.json", NO_GRAMMAR),
          entry("output.format", NOT_YET + "rows are written as Parquet"),
          entry(
              "sampling.do_sample",
              "not a key here; temperature: 0 is greedy, as do_sample: false, any other draws"),
          entry("sampling.max_length", "not a key here; max_tokens counts the continuation alone"),
          entry("sampling.num_beams", NO_BEAMS),
          entry("sampling.length_penalty", NO_BEAMS),
          entry("sampling.early_stopping", NO_BEAMS),
          entry("sampling.use_beam_search", NO_BEAMS),
          entry(
              "sampling.best_of", NOT_YET + "n continuations are all written, choose among them"));

  private Support() {}

  /** What is said of a key that is none, but that others have or that is to come. */
  static Optional<String> ofKey(String section, String word) {
    String home = section.equals(JobKeys.SWEEP) ? JobKeys.SAMPLING : section;
    return Optional.ofNullable(KEYS.get(home.isEmpty() ? word : home + "." + word));
  }

  /** Refuses values that are to come. */
  static void requireSupported(Layer settings) {
    refuse(
        settings,
        "model.dtype",
        dtype -> dtype.asText().equals("float16"),
        "use auto, float32, bfloat16 or int8, whatever the type of the stored weights");
    refuse(
        settings,
        "model.path",
        path -> path.asText().matches("hf:.*"),
        "download it (hf download ORG/NAME) and name the folder");
    refuse(
        settings,
        "model.path",
        path -> path.asText().matches("(?i).*\\.gguf/?"),
        "name a folder in Hugging Face layout: config.json, *.safetensors, tokenizer.json");
    refuse(
        settings,
        "prompts.format",
        format -> format.asText().equals("openai-batch"),
        "use jsonl, with messages as a column");
    refuse(
        settings,
        "prompts.keep",
        keep -> keep.isObject() || keep.asText().equals("*") || keep.toString().equals("[\"*\"]"),
        "list the columns by name");
  }

  private static void refuse(
      Layer settings, String key, Predicate<JsonNode> isToCome, String remedy) {
    Leaf leaf = settings.leaf(key);
    if (isToCome.test(leaf.value())) {
      throw JobError.at(
          leaf.place(), key + ": " + Binding.shown(leaf.value()) + " is " + NOT_YET + remedy);
    }
  }
}
