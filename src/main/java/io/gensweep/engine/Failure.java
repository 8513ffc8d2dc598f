package io.gensweep.engine;

/**
 * Plain Java. Why a completion failed.
 *
 * @param kind one of few words, to group by: snake_case
 * @param message what was wrong, with the values, and what to do about it; becomes one line
 */
public record Failure(String kind, String message) {
  private static final int LONGEST_INTERNAL = 300;

  public Failure {
    message = message.replaceAll("\\R", "\\\\n");
    if (kind.isBlank() || kind.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "kind must not be blank nor have a colon, was '" + kind + "'");
    }
    if (message.isBlank()) {
      throw new IllegalArgumentException("message must not be blank");
    }
  }

  /** Of an exception that nothing else explains. */
  static Failure internal(Throwable thrown) {
    String line = thrown.toString().replaceAll("\\s+", " ");
    return new Failure(
        "internal",
        line.length() <= LONGEST_INTERNAL ? line : line.substring(0, LONGEST_INTERNAL) + "...");
  }

  /** As in the column {@code error}. */
  @Override
  public String toString() {
    return kind + ": " + message;
  }
}
