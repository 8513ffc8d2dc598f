package io.gensweep.job;

import java.util.List;
import java.util.Optional;

/** Checks shared by the records of this package. */
final class Rules {
  private Rules() {}

  /** The message starts with the key, so that a reader of job files can put its section before. */
  static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The texts in quotes, so that an empty text is visible. */
  static List<String> quoted(List<String> texts) {
    return texts.stream().map(text -> '"' + text + '"').toList();
  }

  /** Refuses a path that begins with ~: no shell expands it, so a folder named ~ would be made. */
  static void requireNoHome(String key, Optional<String> path) {
    require(
        path.isEmpty() || !path.get().startsWith("~"),
        "%s must not begin with ~, was %s: write the home folder out, or ./~ for a file of that name"
            .formatted(key, path.orElse("")));
  }

  static void requireNotBlank(String key, Optional<String> value) {
    require(value.isEmpty() || !value.get().isBlank(), key + " must not be blank");
  }
}
