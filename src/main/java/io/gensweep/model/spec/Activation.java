package io.gensweep.model.spec;

/** The function between the matrices of an MLP; the decoder program knows each by its name here. */
public enum Activation {
  /** x / (1 + exp(-x)). */
  SILU,

  /** x times the normal distribution's cumulative function, by erf. */
  GELU,

  /** GELU with tanh in place of erf (Hendrycks and Gimpel 2016). */
  GELU_TANH,

  /** max(x, 0)^2. */
  RELU_SQUARED,

  /** Expanded integral of ELU, with two learned numbers a layer (Huang and Schlag 2024). */
  XIELU,

  /**
   * (up + 1) * gate / (1 + exp(-factor * gate)), where gate is cut off above a limit and up beyond
   * it on both sides, as gpt-oss has it.
   */
  CLAMPED_SWIGLU
}
