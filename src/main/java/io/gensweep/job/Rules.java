package io.gensweep.job;

import static io.gensweep.sampling.Checks.require;

import java.util.List;
import java.util.Optional;

/** Checks shared by the records of this package. */
final class Rules {
  private Rules() {}

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
