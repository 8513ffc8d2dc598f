package io.gensweep.token.jinja;

/** Python's None, so that no null travels through a template. */
enum None {
  NONE
}
