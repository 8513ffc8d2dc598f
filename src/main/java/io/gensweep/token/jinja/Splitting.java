package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's split, rsplit and splitlines. */
final class Splitting {
  private Splitting() {}

  static List<Object> split(String text, Arguments arguments) {
    long limit = limit(arguments);
    Object separator = arguments.or(0, "sep", None.NONE);
    if (separator == None.NONE) {
      return words(text, limit);
    }
    String mark = mark(separator);
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = TextSearch.first(text, mark, 0); at >= 0 && parts.size() < limit; ) {
      add(parts, text.substring(from, at));
      from = at + mark.length();
      at = TextSearch.first(text, mark, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  static List<Object> rsplit(String text, Arguments arguments) {
    long limit = limit(arguments);
    Object separator = arguments.or(0, "sep", None.NONE);
    if (separator == None.NONE) {
      if (limit == Long.MAX_VALUE) {
        return words(text, limit);
      }
      throw TemplateException.unsupported("rsplit at white space with a limit");
    }
    String mark = mark(separator);
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    for (int at = TextSearch.last(text, mark, end); at >= 0 && parts.size() < limit; ) {
      add(parts, text.substring(at + mark.length(), end));
      end = at;
      at = TextSearch.last(text, mark, end);
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  /** Between runs of white space; the rest after the limit keeps its own end. */
  private static List<Object> words(String text, long limit) {
    List<Object> words = new ArrayList<>();
    int from = afterSpace(text, 0);
    while (from < text.length() && words.size() < limit) {
      int end = from;
      while (end < text.length() && !PythonText.isSpace(text.charAt(end))) {
        end++;
      }
      add(words, text.substring(from, end));
      from = afterSpace(text, end);
    }
    if (from < text.length()) {
      words.add(text.substring(from));
    }
    return words;
  }

  private static int afterSpace(String text, int from) {
    int end = from;
    while (end < text.length() && PythonText.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static void add(List<Object> parts, String part) {
    Render.checkItems(parts.size());
    parts.add(part);
  }

  static List<Object> lines(String text, Arguments arguments) {
    if (arguments.find(0, "keepends").isPresent()) {
      throw TemplateException.unsupported("splitlines with keepends");
    }
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends =
          (c >= '\n' && c <= '\r')
              || (c >= 0x1c && c <= 0x1e)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        add(lines, text.substring(from, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        from = i + 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static long limit(Arguments arguments) {
    long limit = Numbers.index(arguments.or(1, "maxsplit", -1L));
    return limit < 0 ? Long.MAX_VALUE : limit;
  }

  private static String mark(Object separator) {
    String mark = StringMethods.string(separator);
    if (mark.isEmpty()) {
      throw TemplateException.failed("empty separator");
    }
    return mark;
  }
}
