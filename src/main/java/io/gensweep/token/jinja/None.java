package io.gensweep.token.jinja;

/** Plain Java. Python's None, so that no null travels through a template. */
enum None {
  NONE
}
