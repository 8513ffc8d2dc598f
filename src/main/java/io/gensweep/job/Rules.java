package io.gensweep.job;

import java.util.List;
import java.util.Optional;

/** The checks that the records of this package share. */
final class Rules {
  private Rules() {}

  /** The message starts with the key, so that a reader of job files can put its section before. */
  static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /** With quotes, so that an empty text shows. */
  static List<String> quoted(List<String> texts) {
    return texts.stream().map(text -> '"' + text + '"').toList();
  }

  /** No shell expands a home folder here: a folder of that very name would be made. */
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
