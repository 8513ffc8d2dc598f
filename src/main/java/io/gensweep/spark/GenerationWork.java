package io.gensweep.spark;

import io.gensweep.engine.Completion;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Request;
import io.gensweep.engine.Variant;
import io.gensweep.job.Command;
import io.gensweep.output.CompletionRows;
import io.gensweep.output.OutputKind;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptPlan;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** Driver and executor. The command `run`: all continuations of each prompt. */
record GenerationWork(GenerationPlan plan) implements Work<Completion> {

  @Override
  public OutputKind kind() {
    return OutputKind.of(Command.RUN, plan.job());
  }

  @Override
  public long rows(PromptPlan prompts) {
    return prompts.rows() * plan.variants().size();
  }

  @Override
  public Asking<Completion> asking(LoadedModel model) {
    PromptEncoder encoder = PromptEncoder.of(plan, model);
    List<Variant> variants = plan.variants();
    return prompt -> {
      PromptEncoder.Encoded encoded = encoder.encode(prompt.content());
      int tokens = encoded.tokenIds().length;
      if (encoded.failure().isPresent()) {
        Failure failure = encoded.failure().get();
        return new Asked<>(
            tokens,
            Optional.empty(),
            variants.stream().map(v -> Completion.failed(prompt.id(), v, 0, failure)).toList());
      }
      return new Asked<>(
          tokens, Optional.of(new Request(prompt.id(), encoded.tokenIds(), variants)), List.of());
    };
  }

  @Override
  public Row row(Completion answer, Prompt prompt) {
    return CompletionRows.of(kind(), answer, prompt.kept());
  }
}
