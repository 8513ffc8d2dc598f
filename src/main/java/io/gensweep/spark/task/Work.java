package io.gensweep.spark.task;

import io.gensweep.engine.Answer;
import io.gensweep.engine.Attempt;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Request;
import io.gensweep.job.Command;
import io.gensweep.output.OutputKind;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * Driver and executor. What is specific to a command: the query that a prompt becomes, and the row
 * that an answer becomes. Everything else about a run is the same for all commands.
 */
public sealed interface Work<A extends Answer> extends Serializable
    permits GenerationWork, ScoringWork {

  /**
   * Work of a command.
   *
   * @param model its folder on this machine
   */
  static Work<?> of(Command command, TaskPlan plan, Path model) {
    if (command == Command.RUN) {
      return new GenerationWork(plan);
    }
    ScoringWork.requirePrefixToken(model);
    return new ScoringWork(plan);
  }

  TaskPlan plan();

  OutputKind kind();

  /** Rows of the output that a prompt makes, those that fail included; of {@link PromptColumns}. */
  Column rowsOfPrompt();

  /** Makes what a task sends to the engine. */
  QueryBuilder<A> queryBuilder(LoadedModel model);

  Row row(A answer, Prompt prompt);

  /** The same key with a failure in the place of what was drawn or scored. */
  A failed(A answer, Failure failure);

  /**
   * An answer as a row of the output. What goes wrong in that is the answer's failure; the kept
   * columns of its row are null where they are to blame.
   */
  default Finished<A> finish(A answer, Prompt prompt) {
    return Attempt.of(
        () -> new Finished<>(answer, row(answer, prompt)),
        failure -> {
          A failed = failed(answer, failure);
          return Attempt.of(
              () -> new Finished<>(failed, row(failed, prompt)),
              again -> new Finished<>(failed, row(failed, prompt.withoutKept())));
        });
  }

  /** An answer and its row of the output. */
  record Finished<A extends Answer>(A answer, Row row) {}

  /** Executor, one per task. Turns a prompt into the request that the engine gets. */
  @FunctionalInterface
  interface QueryBuilder<A extends Answer> {
    Queries<A> of(Prompt prompt);
  }

  /**
   * Query for the engine about one prompt, and the answers that need no engine.
   *
   * @param request answers still to come
   * @param failed answers that need no engine
   */
  record Queries<A extends Answer>(int promptTokens, Optional<Request<A>> request, List<A> failed) {
    public Queries {
      failed = List.copyOf(failed);
    }
  }
}
