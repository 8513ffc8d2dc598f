package io.gensweep.engine;

import java.util.Optional;

/** Plain Java. What an engine says to a query: a row of the output. */
public sealed interface Answer permits Completion, Score {

  /** Drawn or scored. */
  int[] tokenIds();

  Optional<Failure> failure();
}
