package io.gensweep.model;

/** A model folder that cannot be used; the message names the file, what is wrong with it and the remedy. */
public final class ModelError extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ModelError(String message) {
    super(message);
  }

  public ModelError(String message, Throwable cause) {
    super(message, cause);
  }
}
