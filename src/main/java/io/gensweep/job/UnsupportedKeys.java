package io.gensweep.job;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Settings that this version does not support yet: refused by name, not ignored and not treated as
 * a typo. A change that adds such a feature deletes its lines here.
 */
final class UnsupportedKeys {
  private static final String NOT_YET = "not supported by this version; ";
  private static final String NO_BEAMS = "there is no beam search here; leave it out";
  private static final String NO_GRAMMAR =
      NOT_YET + "leave it out, allowed_token_ids restricts what is drawn";
  private static final String NO_ADAPTERS =
      NOT_YET + "merge the adapter into the weights (PEFT's merge_and_unload)";

  /** Remedies by full key; those of sampling also apply to a sweep and to a row's sampling. */
  private static final Map<String, String> KEYS =
      Map.ofEntries(
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

  private UnsupportedKeys() {}

  /** The message for a key that other tools have or that is planned. */
  static Optional<String> ofKey(String section, String word) {
    String home = section.equals(JobKeys.SWEEP) ? JobKeys.SAMPLING : section;
    return Optional.ofNullable(KEYS.get(home.isEmpty() ? word : home + "." + word));
  }

  /** Refuses values that are not supported yet. */
  static void requireSupported(Layer settings) {
    refuse(
        settings,
        "model.dtype",
        dtype -> dtype.asText().equals("float16"),
        "use auto, float32, bfloat16 or int8, whatever the type of the stored weights");
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
      Layer settings, String key, Predicate<JsonNode> isPlanned, String remedy) {
    Leaf leaf = settings.leaf(key);
    if (isPlanned.test(leaf.value())) {
      throw JobError.at(
          leaf.place(), key + ": " + Binding.shown(leaf.value()) + " is " + NOT_YET + remedy);
    }
  }
}
