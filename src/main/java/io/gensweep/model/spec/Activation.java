package io.gensweep.model.spec;

/** The function between the matrices of an MLP. */
public enum Activation {
  /** x / (1 + exp(-x)). */
  SILU
}
