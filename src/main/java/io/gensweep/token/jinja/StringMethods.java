package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;

/** The methods of Python's str. */
final class StringMethods {
  private static final Set<String> UNSUPPORTED =
      Set.of(
          ("casefold center encode expandtabs format format_map isalnum isalpha isascii isdecimal"
                  + " isdigit isidentifier islower isnumeric isprintable istitle isupper ljust"
                  + " maketrans rjust swapcase translate index rindex rpartition zfill")
              .split(" "));
  private static final Set<String> SUPPORTED =
      Set.of(
          ("strip lstrip rstrip split rsplit splitlines startswith endswith replace upper lower"
                  + " title capitalize join find rfind count isspace partition removeprefix"
                  + " removesuffix")
              .split(" "));

  private StringMethods() {}

  static boolean exists(String name) {
    return SUPPORTED.contains(name) || UNSUPPORTED.contains(name);
  }

  /** The value, after what it takes to make it was charged. */
  static Object call(Rendering rendering, String text, String name, Arguments arguments) {
    rendering.chargeScan(text);
    rendering.chargeDeep(arguments.positional());
    arguments.named().values().forEach(rendering::chargeDeep);
    return called(text, name, arguments);
  }

  private static Object called(String text, String name, Arguments arguments) {
    return switch (name) {
      case "strip" -> strip(text, arguments, true, true);
      case "lstrip" -> strip(text, arguments, true, false);
      case "rstrip" -> strip(text, arguments, false, true);
      case "split" -> split(text, arguments.only(name, "sep", "maxsplit"));
      case "rsplit" -> rsplit(text, arguments.only(name, "sep", "maxsplit"));
      case "splitlines" -> lines(text, arguments.only(name, "keepends"));
      case "startswith" -> matches(text, arguments, name, String::startsWith);
      case "endswith" -> matches(text, arguments, name, String::endsWith);
      case "replace" -> replace(text, arguments.only(name, "old", "new", "count"));
      case "upper" -> none(text, name, arguments).toUpperCase(Locale.ROOT);
      case "lower" -> none(text, name, arguments).toLowerCase(Locale.ROOT);
      case "title" -> PythonText.title(none(text, name, arguments));
      case "capitalize" -> PythonText.capitalize(none(text, name, arguments));
      case "isspace" -> PythonText.isSpace(none(text, name, arguments));
      case "join" -> join(text, Values.iterate(only(name, arguments)));
      case "find" -> points(text, PythonText.first(text, string(only(name, arguments)), 0));
      case "rfind" ->
          points(text, PythonText.last(text, string(only(name, arguments)), text.length()));
      case "count" -> count(text, string(only(name, arguments)));
      case "partition" -> partition(text, string(only(name, arguments)));
      case "removeprefix" -> {
        String prefix = string(only(name, arguments));
        yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
      }
      case "removesuffix" -> {
        String suffix = string(only(name, arguments));
        yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
      }
      default -> throw TemplateException.unsupported("the method '" + name + "' of a str");
    };
  }

  private static String none(String text, String name, Arguments arguments) {
    arguments.only(name);
    return text;
  }

  private static Object only(String name, Arguments arguments) {
    if (arguments.positional().size() != 1 || !arguments.named().isEmpty()) {
      throw TemplateException.unsupported(
          "the method '" + name + "' of a str with anything but one argument");
    }
    return arguments.positional().get(0);
  }

  static String string(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.failed("expected a str, not " + Values.typeName(value));
  }

  private static String strip(String text, Arguments arguments, boolean left, boolean right) {
    Object characters = arguments.only("strip", "chars").or(0, "chars", None.NONE);
    if (characters == None.NONE) {
      return PythonText.strip(text, PythonText::isSpace, left, right);
    }
    BitSet gone = new BitSet();
    string(characters).codePoints().forEach(gone::set);
    return PythonText.strip(text, gone::get, left, right);
  }

  private static boolean matches(
      String text, Arguments arguments, String name, BiPredicate<String, String> matches) {
    Object wanted = only(name, arguments);
    if (wanted instanceof Series series && series.isTuple()) {
      return series.items().stream().anyMatch(item -> matches.test(text, string(item)));
    }
    return matches.test(text, string(wanted));
  }

  static String replace(String text, Arguments arguments) {
    String old = string(arguments.need(0, "old"));
    String fresh = string(arguments.need(1, "new"));
    Object limit = arguments.or(2, "count", -1L);
    if (old.isEmpty()) {
      throw TemplateException.unsupported("replacing an empty text");
    }
    long left = Numbers.index(limit) < 0 ? Long.MAX_VALUE : Numbers.index(limit);
    Output result = new Output();
    int from = 0;
    int at = PythonText.first(text, old, 0);
    while (at >= 0 && left-- > 0) {
      result.add(text.substring(from, at));
      result.add(fresh);
      from = at + old.length();
      at = PythonText.first(text, old, from);
    }
    result.add(text.substring(from));
    return result.toString();
  }

  private static String join(String separator, List<Object> items) {
    Output result = new Output();
    for (int i = 0; i < items.size(); i++) {
      result.add(i == 0 ? "" : separator);
      result.add(string(items.get(i)));
    }
    return result.toString();
  }

  private static long points(String text, int index) {
    return index < 0 ? -1 : text.codePointCount(0, index);
  }

  private static long count(String text, String part) {
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    int at = PythonText.first(text, part, 0);
    while (at >= 0) {
      count++;
      at = PythonText.first(text, part, at + part.length());
    }
    return count;
  }

  private static Series partition(String text, String separator) {
    if (separator.isEmpty()) {
      throw TemplateException.failed("empty separator");
    }
    int at = PythonText.first(text, separator, 0);
    List<Object> parts = new ArrayList<>();
    parts.add(at < 0 ? text : text.substring(0, at));
    parts.add(at < 0 ? "" : separator);
    parts.add(at < 0 ? "" : text.substring(at + separator.length()));
    return Series.tuple(parts);
  }

  static List<Object> split(String text, Arguments arguments) {
    long limit = limit(arguments);
    Object separator = arguments.or(0, "sep", None.NONE);
    if (separator == None.NONE) {
      return words(text, limit);
    }
    String mark = mark(separator);
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = PythonText.first(text, mark, 0); at >= 0 && parts.size() < limit; ) {
      add(parts, text.substring(from, at));
      from = at + mark.length();
      at = PythonText.first(text, mark, from);
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
    for (int at = PythonText.last(text, mark, end); at >= 0 && parts.size() < limit; ) {
      add(parts, text.substring(at + mark.length(), end));
      end = at;
      at = PythonText.last(text, mark, end);
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
    Rendering.checkItems(parts.size());
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
    String mark = string(separator);
    if (mark.isEmpty()) {
      throw TemplateException.failed("empty separator");
    }
    return mark;
  }
}
