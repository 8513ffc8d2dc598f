package io.gensweep.prompt;

/** Plain Java. Paths as Spark and Hadoop read them, which take some characters for a pattern. */
public final class Globs {
  private static final String PATTERN = "[\\\\\\[\\]{}*?]";

  private Globs() {}

  /** The pattern that only the path itself matches. */
  public static String literal(String path) {
    return path.replaceAll(PATTERN, "\\\\$0");
  }
}
