package io.gensweep.engine;

/**
 * Plain Java. Why a completion failed.
 *
 * @param kind one of few words, to group by: snake_case
 * @param message what was wrong, with the values, and what to do about it
 */
public record Failure(String kind, String message) {
  public Failure {
    if (kind.isBlank() || kind.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "kind must not be blank nor have a colon, was '" + kind + "'");
    }
    if (message.isBlank()) {
      throw new IllegalArgumentException("message must not be blank");
    }
  }

  /** As in the column {@code error}. */
  @Override
  public String toString() {
    return kind + ": " + message;
  }
}
