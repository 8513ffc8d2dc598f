package io.gensweep.token;

import java.util.Locale;

/** Driver and executor. Text out of a file that nobody vouches for, made fit for one line. */
final class Printable {
  private Printable() {}

  /** At most so many characters; what is not printable is written by its code. */
  static String cut(String text, int longest) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(longest)
        .forEach(
            c -> {
              if (isPrintable(c)) {
                line.appendCodePoint(c);
              } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return text.codePointCount(0, text.length()) > longest ? line + "..." : line.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
