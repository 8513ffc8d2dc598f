package io.gensweep.token;

import io.gensweep.token.jinja.PythonText;
import java.util.Locale;

/** Driver and executor. Makes text from an untrusted file safe to print on one line. */
final class Printable {
  private Printable() {}

  /** The first characters of a text, invisible ones escaped; longer texts end in "...". */
  static String cut(String text, int longest) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(longest)
        .forEach(
            c -> {
              if (PythonText.isVisible(c)) {
                line.appendCodePoint(c);
              } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return text.codePointCount(0, text.length()) > longest ? line + "..." : line.toString();
  }
}
