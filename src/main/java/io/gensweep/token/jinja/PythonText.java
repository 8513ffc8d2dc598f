package io.gensweep.token.jinja;

import java.util.HexFormat;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's view of text: its white space, its cases, its order and its repr. */
public final class PythonText {
  private PythonText() {}

  /** What {@code str.isspace}, {@code str.strip} and {@code \s} take for white space. */
  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  static boolean isSpace(String text) {
    return !text.isEmpty() && text.codePoints().allMatch(PythonText::isSpace);
  }

  public static String rstrip(String text) {
    return strip(text, PythonText::isSpace, false, true);
  }

  public static String strip(String text) {
    return strip(text, PythonText::isSpace, true, true);
  }

  static String strip(String text, IntPredicate gone, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && gone.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && gone.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  static int compare(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    return java.util.Arrays.compare(a, b);
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int end = text.offsetByCodePoints(0, 1);
    return titleCase(text.codePointAt(0)) + text.substring(end).toLowerCase(Locale.ROOT);
  }

  /** A letter's title case; of letters that become several, only the first is large. */
  private static String titleCase(int c) {
    int title = Character.toTitleCase(c);
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    int first = upper.offsetByCodePoints(0, 1);
    if (title != c || first == upper.length()) {
      return Character.toString(title);
    }
    return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
  }

  /** {@code str.title}: a letter after anything that has no case is large, the others small. */
  static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean afterCased = false;
    for (int c : text.codePoints().toArray()) {
      String letter = Character.toString(c);
      result.append(afterCased ? letter.toLowerCase(Locale.ROOT) : titleCase(c));
      afterCased = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }
    return result.toString();
  }

  static String repr(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder result = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints()
        .forEach(
            c -> {
              if (c == quote || c == '\\') {
                result.append('\\').appendCodePoint(c);
              } else if (c == '\n' || c == '\r' || c == '\t') {
                result.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
              } else if (isPrintable(c)) {
                result.appendCodePoint(c);
              } else {
                result.append(escaped(c));
              }
            });
    return result.append(quote).toString();
  }

  private static String escaped(int c) {
    if (c < 0x100) {
      return "\\x" + HexFormat.of().toHexDigits((byte) c);
    }
    return c < 0x10000
        ? "\\u" + HexFormat.of().toHexDigits((char) c)
        : "\\U" + HexFormat.of().toHexDigits(c);
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
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
