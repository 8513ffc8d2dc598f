package io.gensweep.output;

import io.gensweep.engine.Completion;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Executor. Converts completions to rows of {@link OutputSchema}. */
public final class CompletionRows {
  private CompletionRows() {}

  /**
   * Makes a row of the completions folder, or of the errors folder if it failed.
   *
   * @param kind which columns it has
   * @param kept the values of the prompt's kept columns
   */
  public static Row of(OutputKind kind, Completion completion, Row kept) {
    List<Object> values = new ArrayList<>(OutputSchema.COMPLETION_COLUMNS + 2 + kept.length());
    values.addAll(own(completion));
    if (kind == OutputKind.COMPLETIONS_AND_PROMPT_LOGPROBS) {
      values.add(completion.promptLogprobs().map(CompletionRows::afterNothing).orElse(null));
    }
    completion.failure().ifPresent(failure -> values.add(failure.toString()));
    for (int i = 0; i < kept.length(); i++) {
      values.add(kept.get(i));
    }
    return RowFactory.create(values.toArray());
  }

  private static List<Object> own(Completion completion) {
    SamplingConfig sampling = completion.sampling();
    // Arrays.asList takes nulls.
    return Arrays.asList(
        completion.promptId(),
        completion.sweepPoint(),
        completion.sampleIndex(),
        completion.text(),
        completion.tokenIds(),
        completion.logprobs(),
        completion.samplingLogprobs(),
        completion.topLogprobs().map(CompletionRows::alternatives).orElse(null),
        LogProbs.sum(completion.logprobs()),
        completion.finishReason().name().toLowerCase(Locale.ROOT),
        completion.stopReason().orElse(null),
        completion.promptTokens(),
        completion.tokenIds().length,
        sampling.temperature(),
        sampling.topK(),
        sampling.topP(),
        sampling.minP(),
        sampling.seed());
  }

  private static List<List<Row>> alternatives(List<List<TopLogprob>> positions) {
    List<List<Row>> rows = new ArrayList<>(positions.size());
    for (List<TopLogprob> position : positions) {
      rows.add(position.stream().map(t -> RowFactory.create(t.tokenId(), t.logprob())).toList());
    }
    return rows;
  }

  /** Log-probs of the prompt's tokens; null for the first, which follows nothing, as in vLLM. */
  private static List<Float> afterNothing(float[] logprobs) {
    List<Float> entries = new ArrayList<>(1 + logprobs.length);
    entries.add(null);
    for (float logprob : logprobs) {
      entries.add(logprob);
    }
    return entries;
  }
}
