package io.gensweep.prompt;

/** Plain Java. Escapes paths for Spark and Hadoop, which read some characters as a glob pattern. */
public final class Globs {
  private static final String PATTERN = "[\\\\\\[\\]{}*?]";

  private Globs() {}

  /** The pattern that matches only the path itself. */
  public static String literal(String path) {
    return path.replaceAll(PATTERN, "\\\\$0");
  }
}
