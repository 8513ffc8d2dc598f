package io.gensweep.engine;

/** Plain Java. A query inside an engine. */
public sealed interface Entry permits Ticket, ScoreTicket {

  /** Nothing more of it is delivered; the next step frees what it holds. */
  void cancel();

  boolean cancelled();
}
