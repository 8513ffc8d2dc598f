package io.gensweep.scorer;

/** Thrown by a scorer that cannot score a row; the row says why, and the others go on. */
public final class ScorerFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Fails a row.
   *
   * @param message {@code kind: what is wrong}
   */
  public ScorerFailure(String message) {
    super(message);
  }
}
