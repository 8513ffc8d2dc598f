package io.gensweep.engine;

import java.util.function.Consumer;

/**
 * Plain Java. Something that an engine is asked about one prompt; its answers come one by one, in
 * any order.
 *
 * @param <A> an answer, which is a row of the output
 */
public sealed interface Query<A extends Answer> permits Request, ScoreRequest {

  String promptId();

  /** How many there will be. */
  int answers();

  /** Gives the query to an engine, which calls {@code answered} from within its steps. */
  Entry submitTo(Engine engine, Consumer<A> answered);
}
