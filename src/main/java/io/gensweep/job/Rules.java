package io.gensweep.job;

import java.util.List;
import java.util.Optional;

/** Plain Java. The checks that the records of this package share. */
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

  static void requireNotBlank(String key, Optional<String> value) {
    require(value.isEmpty() || !value.get().isBlank(), key + " must not be blank");
  }
}
