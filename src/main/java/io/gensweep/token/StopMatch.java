package io.gensweep.token;

/**
 * A stop string that has appeared.
 *
 * @param stop the stop string
 * @param text the continuation before it
 */
public record StopMatch(String stop, String text) {}
