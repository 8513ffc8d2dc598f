package io.gensweep.spark.task;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import io.gensweep.engine.Failure;
import io.gensweep.engine.Score;
import io.gensweep.job.JobError;
import io.gensweep.output.OutputKind;
import io.gensweep.output.ScoreRows;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/** Driver and executor. Work of the command score: the log-probs of each prompt's references. */
record ScoringWork(TaskPlan plan) implements Work<Score> {
  ScoringWork {
    if (plan.job().score().isEmpty()) {
      throw new JobError(
          "score.reference|document: the command score needs exactly one, neither was given");
    }
  }

  /** Checks that a text can be scored from its first token on. */
  static void requirePrefixToken(Path model) {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      if (tokenizer.prefixTokenId().isEmpty()) {
        throw new JobError(
            "model.path: the tokenizer in "
                + model
                + " names neither a bos_token nor an eos_token, and score starts a text with one;"
                + " name it in tokenizer_config.json");
      }
    }
  }

  @Override
  public OutputKind kind() {
    return OutputKind.SCORES;
  }

  @Override
  public Column rowsOfPrompt() {
    return size(col(PromptColumns.REFERENCES));
  }

  @Override
  public QueryBuilder<Score> queryBuilder(LoadedModel model) {
    return new TextEncoder(plan, model)::queries;
  }

  @Override
  public Row row(Score answer, Prompt prompt) {
    int bytes =
        prompt
            .references()
            .get(answer.referenceIndex())
            .map(text -> text.getBytes(StandardCharsets.UTF_8).length)
            .orElse(0);
    return ScoreRows.of(answer, bytes, prompt.kept());
  }

  @Override
  public Score failed(Score answer, Failure failure) {
    return Score.failed(answer.promptId(), answer.referenceIndex(), failure);
  }
}
