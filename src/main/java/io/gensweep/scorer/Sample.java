package io.gensweep.scorer;

import java.util.List;

/** Executor. A row of the completions, as a scorer sees it. */
public interface Sample {
  String text();

  /**
   * The right answers; any of them will do.
   *
   * @throws ScorerFailure if the row has none
   */
  List<String> references();

  /**
   * The value of any column of the row, null where the row has none; lists are {@link List}s.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  Object column(String name);
}
