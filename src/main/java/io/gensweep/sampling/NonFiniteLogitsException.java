package io.gensweep.sampling;

/** A row of logits that has no distribution: NaN, infinite, or nothing left to draw. */
public final class NonFiniteLogitsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NonFiniteLogitsException(String message) {
    super(message);
  }
}
