package io.gensweep.spark;

import io.gensweep.engine.Answer;
import io.gensweep.engine.Query;
import io.gensweep.job.Command;
import io.gensweep.output.OutputKind;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptPlan;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * Driver and executor. What a command makes of prompts, where commands differ: what the engine is
 * asked about each, and what row an answer becomes. Everything else about a run is the same.
 */
sealed interface Work<A extends Answer> extends Serializable permits GenerationWork, ScoringWork {

  /** What the command makes of a job's prompts. */
  static Work<?> of(Command command, GenerationPlan plan, PlannedModel model) {
    if (command == Command.RUN) {
      return new GenerationWork(plan);
    }
    ScoringWork.requirePrefixToken(model.folder().path());
    return new ScoringWork(plan);
  }

  GenerationPlan plan();

  OutputKind kind();

  /** Rows of the whole output, those that fail included. */
  long rows(PromptPlan prompts);

  /** How a task asks. */
  Asking<A> asking(LoadedModel model);

  Row row(A answer, Prompt prompt);

  /** Executor, one per task. */
  @FunctionalInterface
  interface Asking<A extends Answer> {
    Asked<A> ask(Prompt prompt);
  }

  /**
   * What a prompt comes to before the engine has seen it.
   *
   * @param query answers still to come
   * @param failed answers that need no engine
   */
  record Asked<A extends Answer>(int promptTokens, Optional<Query<A>> query, List<A> failed) {
    public Asked {
      failed = List.copyOf(failed);
    }
  }
}
