package io.gensweep.spark.task;

import io.gensweep.engine.Completion;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Request;
import io.gensweep.engine.Variant;
import io.gensweep.job.Command;
import io.gensweep.output.CompletionRows;
import io.gensweep.output.OutputKind;
import io.gensweep.prompt.Prompt;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/** Driver and executor. Work of the command run: all continuations of each prompt. */
public record GenerationWork(TaskPlan plan) implements Work<Completion> {

  @Override
  public OutputKind kind() {
    return OutputKind.of(Command.RUN, plan.job());
  }

  @Override
  public Column rowsOfPrompt() {
    return RowCount.column(plan.job());
  }

  @Override
  public QueryBuilder<Completion> queryBuilder(LoadedModel model) {
    PromptEncoder encoder = PromptEncoder.of(plan, model);
    WantedRows wantedRows = new WantedRows(plan.job(), SamplingTokens.of(model));
    return prompt -> {
      PromptEncoder.Encoded encoded =
          model.attempt(() -> encoder.encode(prompt.content()), PromptEncoder.Encoded::failed);
      WantedRows.Wanted wanted =
          model.attempt(() -> wantedRows.of(prompt.sampling()), wantedRows::failed);
      List<Variant> variants = prompt.slice().of(wanted.variants());
      int tokens = prompt.slice().isFirst() ? encoded.tokenIds().length : 0;
      Optional<Failure> failure = encoded.failure().or(wanted::failure);
      if (failure.isPresent()) {
        return new Queries<>(
            tokens,
            Optional.empty(),
            variants.stream()
                .map(v -> Completion.failed(prompt.id(), v, 0, failure.get()))
                .toList());
      }
      if (variants.isEmpty()) {
        return new Queries<>(tokens, Optional.empty(), List.of());
      }
      return new Queries<>(
          tokens, Optional.of(Request.draw(prompt.id(), encoded.tokenIds(), variants)), List.of());
    };
  }

  @Override
  public Row row(Completion answer, Prompt prompt) {
    return CompletionRows.of(kind(), answer, prompt.kept());
  }

  @Override
  public Completion failed(Completion answer, Failure failure) {
    return Completion.failed(
        answer.promptId(),
        new Variant(answer.sweepPoint(), answer.sampleIndex(), answer.sampling()),
        answer.promptTokens(),
        failure);
  }
}
