package io.gensweep.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.engine.EngineCounters;
import io.gensweep.output.OutputKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Driver. A summary of a run, from which metrics.json is made.
 *
 * @param kind what its rows are
 * @param prompts in the dataset
 * @param rows in the output, those of earlier runs that this one resumed included
 * @param failed rows that have no completion or no score
 * @param promptTokens tokens of the prompts of this run, each prompt once
 * @param tokens drawn or scored in this run
 * @param wallSeconds from the start of the run to its last shard
 * @param startSeconds of them until the first executor had the model
 * @param modelLoadSeconds of the slowest executor
 * @param work of all engines together in this run
 * @param engines how each executor held the model
 */
public record RunSummary(
    OutputKind kind,
    long prompts,
    long rows,
    long failed,
    long promptTokens,
    long tokens,
    double wallSeconds,
    double startSeconds,
    double modelLoadSeconds,
    EngineCounters work,
    List<EngineReport> engines) {
  public RunSummary {
    engines = List.copyOf(engines);
  }

  public double tokensPerSecond() {
    return wallSeconds > 0 ? tokens / wallSeconds : 0;
  }

  /** Share of the planned rows that failed, 0 to 1. */
  public double failedFraction() {
    long wanted = rows + failed;
    return wanted == 0 ? 0 : (double) failed / wanted;
  }

  /** One line: {@code 64 completions, 0 failed, 2,048 tokens generated, 310 a second}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d %s, %,d failed, %,d tokens %s, %,.0f a second",
        rows,
        kind.folder(),
        failed,
        tokens,
        kind.isDrawn() ? "generated" : "scored",
        tokensPerSecond());
  }

  public Map<String, Long> counts() {
    return Map.of("prompts", prompts, kind.folder(), rows, "failed", failed);
  }

  public ObjectNode json() {
    boolean drawn = kind.isDrawn();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("prompts", prompts)
            .put("completions", drawn ? rows : 0)
            .put("scores", drawn ? 0 : rows)
            .put("failed", failed)
            .put("prompt_tokens", promptTokens)
            .put("generated_tokens", drawn ? tokens : 0)
            .put("scored_tokens", drawn ? 0 : tokens)
            .put("prefilled_tokens", work.prefillTokens())
            .put("prefix_hit_tokens", work.reusedTokens())
            .put("decoded_rows", work.decodedRows())
            .put("wall_seconds", wallSeconds)
            .put("start_seconds", startSeconds)
            .put("model_load_seconds", modelLoadSeconds)
            .put("engine_seconds", work.busyNanos() / 1e9)
            .put("prefill_seconds", work.prefillNanos() / 1e9)
            .put("decode_seconds", work.decodeNanos() / 1e9)
            .put("batch_halvings", work.halvings())
            .put("put_back", work.putBack())
            .put("generated_tokens_per_second", drawn ? tokensPerSecond() : 0)
            .put("scored_tokens_per_second", drawn ? 0 : tokensPerSecond());
    ArrayNode list = json.putArray("engines");
    engines.forEach(engine -> list.add(engine.json()));
    return json;
  }
}
