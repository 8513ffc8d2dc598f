package io.gensweep.model.spec;

/** Which earlier positions a token of a layer attends to. */
public sealed interface AttentionMask {
  /** All positions up to its own. */
  record Causal() implements AttentionMask {}

  /** The last {@code size} positions, its own among them. */
  record Window(int size) implements AttentionMask {
    public Window {
      if (size < 1) {
        throw new IllegalArgumentException("size must be >= 1, was " + size);
      }
    }
  }
}
