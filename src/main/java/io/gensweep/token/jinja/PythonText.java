package io.gensweep.token.jinja;

import java.util.HexFormat;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's view of text: its white space, its cases, its order and its repr. */
public final class PythonText {
  /** Up to here Java's own search takes a bounded time for each position. */
  private static final int SHORT = 32;

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
              } else if (c == '\n') {
                result.append("\\n");
              } else if (c == '\r') {
                result.append("\\r");
              } else if (c == '\t') {
                result.append("\\t");
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

  /** Python's {@code str.isprintable}: of the spaces, only the plain one. */
  private static boolean isPrintable(int c) {
    return isVisible(c) && (c == ' ' || Character.getType(c) != Character.SPACE_SEPARATOR);
  }

  /** Whether a character shows as itself: a letter, digit, mark, sign or space. */
  public static boolean isVisible(int c) {
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

  /** The first place at or after {@code from}, or -1. */
  static int first(String text, String part, int from) {
    if (part.length() <= SHORT) {
      return text.indexOf(part, from);
    }
    int[] borders = borders(part, false);
    int matched = 0;
    for (int i = from; i < text.length(); i++) {
      matched = next(part, false, borders, matched, text.charAt(i));
      if (matched == part.length()) {
        return i + 1 - matched;
      }
    }
    return -1;
  }

  /** The last place that ends at or before {@code end}, or -1. */
  static int last(String text, String part, int end) {
    if (part.length() <= SHORT) {
      return text.lastIndexOf(part, end - part.length());
    }
    int[] borders = borders(part, true);
    int matched = 0;
    for (int i = end - 1; i >= 0; i--) {
      matched = next(part, true, borders, matched, text.charAt(i));
      if (matched == part.length()) {
        return i;
      }
    }
    return -1;
  }

  static boolean contains(String text, String part) {
    return first(text, part, 0) >= 0;
  }

  /** For each length of a start of the part, its longest proper start that is its end too. */
  private static int[] borders(String part, boolean backwards) {
    int[] borders = new int[part.length() + 1];
    int matched = 0;
    for (int length = 2; length <= part.length(); length++) {
      matched = next(part, backwards, borders, matched, at(part, length - 1, backwards));
      borders[length] = matched;
    }
    return borders;
  }

  /** How much of the part is matched after one more character. */
  private static int next(String part, boolean backwards, int[] borders, int matched, char c) {
    int length = matched;
    while (length > 0 && at(part, length, backwards) != c) {
      length = borders[length];
    }
    return at(part, length, backwards) == c ? length + 1 : 0;
  }

  private static char at(String part, int index, boolean backwards) {
    return part.charAt(backwards ? part.length() - 1 - index : index);
  }
}
