package io.gensweep.job;

import static io.gensweep.job.Rules.requireNotBlank;
import static io.gensweep.sampling.Checks.require;

import java.io.Serializable;
import java.util.Optional;

/**
 * What the command `score` scores: exactly one of the two columns.
 *
 * @param reference a column with one text or a list of texts that follow the prompt
 * @param document a column whose whole text is scored, with a rolling window
 */
public record ScoreSpec(Optional<String> reference, Optional<String> document)
    implements Serializable {
  public ScoreSpec {
    require(
        reference.isPresent() || document.isPresent(),
        "reference|document: exactly one must be given, neither was");
    require(
        reference.isEmpty() || document.isEmpty(),
        "reference|document: exactly one must be given, both were: reference "
            + reference.orElse("")
            + ", document "
            + document.orElse(""));
    requireNotBlank("reference", reference);
    requireNotBlank("document", document);
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
