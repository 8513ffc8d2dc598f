package io.gensweep.model.kv;

/**
 * A block whose rows must be copied to another before the next write, because the sequences that
 * shared it part there.
 */
public record BlockCopy(int source, int target) {}
