package io.gensweep.scorer;

import java.util.Map;

/**
 * A scorer of the user's own. Its class stands in {@code
 * META-INF/services/io.gensweep.scorer.RowScorer} of a jar that spark-submit gets by {@code
 * --jars}; a job file names it by its {@link #type}.
 */
public interface RowScorer {
  /** What a job file calls it, such as {@code rouge}. */
  String type();

  /**
   * Looks at the settings of a job file, in the driver and before anything is generated.
   *
   * @throws IllegalArgumentException with a message that begins with the key that is wrong
   */
  default void check(Map<String, Object> settings) {
    if (!settings.isEmpty()) {
      throw new IllegalArgumentException(
          settings.keySet().iterator().next() + ": unknown key; this scorer has no settings");
    }
  }

  /** Whether a row must have a reference. */
  default boolean needsReference() {
    return true;
  }

  /**
   * Scores a row. Several threads call it at once.
   *
   * @throws ScorerFailure if it cannot
   */
  Verdict score(Sample sample, Map<String, Object> settings);
}
