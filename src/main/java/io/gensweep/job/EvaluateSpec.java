package io.gensweep.job;

import static io.gensweep.job.Rules.requireNotBlank;
import static io.gensweep.sampling.Checks.require;

import io.gensweep.scorer.Scorer;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * How the completions are scored after a run.
 *
 * @param reference the kept column with the right answer, or a list of right answers
 * @param groupBy kept columns for whose values the measures are also given
 */
public record EvaluateSpec(Optional<String> reference, List<Scorer> scorers, List<String> groupBy)
    implements Serializable {
  /** For an output that nothing scores. */
  public static final EvaluateSpec NONE = new EvaluateSpec(Optional.empty(), List.of(), List.of());

  public EvaluateSpec {
    requireNotBlank("reference", reference);
    requireDifferent("scorers must differ by name", scorers.stream().map(Scorer::name).toList());
    requireDifferent("group_by must differ", groupBy);
    for (Scorer scorer : scorers) {
      require(
          reference.isPresent() || !scorer.needsReference(),
          "reference must be given for the scorer %s, a kept column with the right answers"
              .formatted(scorer.name()));
    }
    scorers = List.copyOf(scorers);
    groupBy = List.copyOf(groupBy);
  }

  private static void requireDifferent(String rule, List<String> names) {
    HashSet<String> seen = new HashSet<>();
    for (String name : names) {
      require(seen.add(name), "%s, was %s twice".formatted(rule, name));
    }
  }

  /** Checks that a column is kept in the output. */
  void requireKept(List<String> kept) {
    for (String column : reference.stream().toList()) {
      requireKept("evaluate.reference must be a column", column, kept);
    }
    for (String column : groupBy) {
      requireKept("evaluate.group_by must hold columns", column, kept);
    }
  }

  private static void requireKept(String rule, String column, List<String> kept) {
    require(
        kept.contains(column),
        "%s of prompts.keep, was %s; prompts.keep has %s"
            .formatted(rule, column, kept.isEmpty() ? "none" : String.join(", ", kept)));
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
