package io.gensweep.model;

/**
 * Executor. The device has not the memory for what a call needs now. The sequences of the call are
 * in no defined state, except that they can be released; the model can go on with fewer.
 */
public final class DeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
