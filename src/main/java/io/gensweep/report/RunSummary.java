package io.gensweep.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * Driver. What a run did: the source of metrics.json.
 *
 * @param prompts in the dataset
 * @param completions rows in the output, those of earlier runs that this one resumed included
 * @param failed rows that have no completion
 * @param promptTokens tokens of the prompts of this run, each prompt once
 * @param generatedTokens tokens drawn in this run
 * @param prefilledTokens KV rows computed from prompts in this run
 * @param wallSeconds from the start of the run to its last shard
 * @param modelLoadSeconds of the slowest executor
 * @param engineSeconds in which engines worked, added up over executors; of them prefill and decode
 * @param engines how each executor held the model
 */
public record RunSummary(
    long prompts,
    long completions,
    long failed,
    long promptTokens,
    long generatedTokens,
    long prefilledTokens,
    double wallSeconds,
    double modelLoadSeconds,
    double engineSeconds,
    double prefillSeconds,
    double decodeSeconds,
    List<String> engines) {
  public RunSummary {
    engines = List.copyOf(engines);
  }

  public double generatedTokensPerSecond() {
    return wallSeconds > 0 ? generatedTokens / wallSeconds : 0;
  }

  /** Share of the rows wanted that failed, 0 to 1. */
  public double failedFraction() {
    long wanted = completions + failed;
    return wanted == 0 ? 0 : (double) failed / wanted;
  }

  public Map<String, Long> counts() {
    return Map.of("prompts", prompts, "completions", completions, "failed", failed);
  }

  public ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("prompts", prompts)
            .put("completions", completions)
            .put("failed", failed)
            .put("prompt_tokens", promptTokens)
            .put("generated_tokens", generatedTokens)
            .put("prefilled_tokens", prefilledTokens)
            .put("wall_seconds", wallSeconds)
            .put("model_load_seconds", modelLoadSeconds)
            .put("engine_seconds", engineSeconds)
            .put("prefill_seconds", prefillSeconds)
            .put("decode_seconds", decodeSeconds)
            .put("generated_tokens_per_second", generatedTokensPerSecond());
    engines.forEach(json.putArray("engines")::add);
    return json;
  }
}
