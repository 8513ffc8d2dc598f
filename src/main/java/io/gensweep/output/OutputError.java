package io.gensweep.output;

/**
 * Driver. The output folder cannot be used as the job asks. Said before any generation; the command
 * ends with exit code 2.
 */
public final class OutputError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutputError(String key, String value, String remedy) {
    super(key + ": " + value + ": " + remedy);
  }
}
