package io.gensweep.sampling;

/** Thrown for a row of logits without a distribution: NaN, infinite, or all masked. */
public final class NonFiniteLogitsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NonFiniteLogitsException(String message) {
    super(message);
  }
}
