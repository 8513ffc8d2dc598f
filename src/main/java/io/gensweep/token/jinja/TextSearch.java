package io.gensweep.token.jinja;

/**
 * Where a text is in another, in time linear in both. Java's own search compares a part at every
 * position, which for long parts that nearly match takes the product of the lengths.
 */
final class TextSearch {
  /** Up to here Java's own search takes a bounded time for each position. */
  private static final int SHORT = 32;

  private TextSearch() {}

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
