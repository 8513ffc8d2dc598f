package io.gensweep.token;

/**
 * A stop string found at the end of a continuation.
 *
 * @param stop the stop string
 * @param text the continuation before it
 */
public record StopMatch(String stop, String text) {}
