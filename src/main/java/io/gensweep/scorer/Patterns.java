package io.gensweep.scorer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Executor, one per JVM. The compiled patterns of the scorers. */
final class Patterns {
  private static final Map<String, Pattern> COMPILED = new ConcurrentHashMap<>();

  private Patterns() {}

  static Pattern of(String pattern) {
    return COMPILED.computeIfAbsent(pattern, Pattern::compile);
  }
}
