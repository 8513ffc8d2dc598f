package io.gensweep.prompt;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Executor. One row of the prompt dataset.
 *
 * @param sampling overrides of the job's sampling for this row, a JSON object
 * @param kept the values of {@code prompts.keep}, in that order
 * @param references texts to score; none in a job that scores nothing, one or more in one that does
 * @param slice of the continuations wanted of it
 */
public record Prompt(
    String id,
    PromptContent content,
    Optional<String> sampling,
    Row kept,
    List<Optional<String>> references,
    Slice slice) {
  public Prompt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(kept, "kept");
    references = List.copyOf(references);
    Objects.requireNonNull(slice, "slice");
  }

  /** With null in each kept column. */
  public Prompt withoutKept() {
    Row nulls = RowFactory.create(new Object[kept.length()]);
    return new Prompt(id, content, sampling, nulls, references, slice);
  }
}
