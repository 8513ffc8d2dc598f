package io.gensweep.token.jinja;

/** A function, method or macro that a template may call. */
@FunctionalInterface
interface Callable {
  Object call(Render render, Arguments arguments);
}
