package io.gensweep.scorer;

import java.io.Serializable;

/** A way to score completions, with its settings. */
public sealed interface Scorer extends Serializable
    permits ChoiceMatch,
        Containment,
        CustomScorer,
        ExactMatch,
        JsonValidity,
        NormalizedMatch,
        NumericMatch,
        RegexMatch,
        SqlExpression {
  /** The scorer's own name, by which its rows and measures are found. */
  String name();

  /** Whether a row must have a reference. */
  default boolean needsReference() {
    return true;
  }

  /**
   * Whether it finds an answer in the text. If not, whole texts vote; if so, a text without an
   * answer has no vote.
   */
  default boolean extracts() {
    return true;
  }

  /**
   * Scores a row.
   *
   * @throws ScorerFailure if it cannot
   */
  Verdict score(Sample sample);
}
