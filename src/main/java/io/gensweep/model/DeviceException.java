package io.gensweep.model;

/**
 * Executor. A call of the model failed as a whole: no row is to blame, and others would fail too.
 */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
