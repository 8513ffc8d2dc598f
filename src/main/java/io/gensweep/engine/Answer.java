package io.gensweep.engine;

import java.util.Optional;

/** What an engine gives for one row that was wanted of a prompt: a row of the output. */
public sealed interface Answer permits Completion, Score {

  /** Drawn or scored. */
  int[] tokenIds();

  Optional<Failure> failure();
}
