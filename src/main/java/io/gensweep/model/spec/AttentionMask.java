package io.gensweep.model.spec;

/** Which earlier positions a token of a layer attends to. */
public sealed interface AttentionMask {
  /** All positions up to its own. */
  record Causal() implements AttentionMask {}
}
