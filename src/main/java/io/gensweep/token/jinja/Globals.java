package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Scope.Namespace;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The functions that every chat template can call. */
final class Globals {
  private static final int MAX_RANGE = 100_000;
  private static final Map<String, Object> FUNCTIONS =
      Map.of(
          "range", (Callable) (rendering, arguments) -> range(arguments),
          "dict", (Callable) (rendering, arguments) -> dict(charged(rendering, arguments)),
          "namespace",
              (Callable) (rendering, arguments) -> namespace(charged(rendering, arguments)),
          "raise_exception", (Callable) (rendering, arguments) -> raise(arguments),
          "strftime_now", (Callable) (rendering, arguments) -> now(rendering, arguments),
          "cycler", unsupported("cycler"),
          "joiner", unsupported("joiner"),
          "lipsum", unsupported("lipsum"));

  private static final int LONGEST_TIME_FORMAT = 1000;
  private static final Map<String, String> TIME_PATTERNS =
      Map.ofEntries(
          Map.entry("%d", "dd"),
          Map.entry("%-d", "d"),
          Map.entry("%m", "MM"),
          Map.entry("%-m", "M"),
          Map.entry("%Y", "uuuu"),
          Map.entry("%y", "uu"),
          Map.entry("%b", "MMM"),
          Map.entry("%B", "MMMM"),
          Map.entry("%a", "EEE"),
          Map.entry("%A", "EEEE"),
          Map.entry("%H", "HH"),
          Map.entry("%I", "hh"),
          Map.entry("%M", "mm"),
          Map.entry("%S", "ss"),
          Map.entry("%p", "a"),
          Map.entry("%j", "DDD"));

  private Globals() {}

  static Optional<Object> find(String name) {
    return Optional.ofNullable(FUNCTIONS.get(name));
  }

  private static Callable unsupported(String name) {
    return (rendering, arguments) -> {
      throw TemplateException.unsupported("the function '" + name + "'");
    };
  }

  private static Arguments charged(Rendering rendering, Arguments arguments) {
    arguments.positional().forEach(rendering::chargeScan);
    return arguments;
  }

  private static Object raise(Arguments arguments) {
    throw TemplateException.raised(
        Values.text(arguments.only("raise_exception", "message").need(0, "message")));
  }

  private static Object now(Rendering rendering, Arguments arguments) {
    Object format = arguments.only("strftime_now", "format").need(0, "format");
    return strftime(rendering.now(), StringMethods.string(format));
  }

  private static Object range(Arguments arguments) {
    List<Object> bounds = arguments.positional();
    if (bounds.isEmpty() || bounds.size() > 3 || !arguments.named().isEmpty()) {
      throw TemplateException.failed("range takes one to three positions");
    }
    long from = bounds.size() == 1 ? 0 : Numbers.index(bounds.get(0));
    long to = Numbers.index(bounds.get(bounds.size() == 1 ? 0 : 1));
    long step = bounds.size() == 3 ? Numbers.index(bounds.get(2)) : 1;
    if (step == 0) {
      throw TemplateException.failed("the step of a range must not be zero");
    }
    List<Object> items = new ArrayList<>();
    long i = from;
    while (step > 0 ? i < to : i > to) {
      items.add(i);
      if (items.size() > MAX_RANGE) {
        throw TemplateException.tooLarge("a range of more than " + MAX_RANGE + " items");
      }
      boolean isLast = step > 0 ? i > Long.MAX_VALUE - step : i < Long.MIN_VALUE - step;
      if (isLast) {
        break;
      }
      i += step;
    }
    return new Series(Series.Kind.RANGE, items);
  }

  private static Map<Object, Object> dict(Arguments arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw TemplateException.failed("dict takes at most one argument by position");
    }
    for (Object start : arguments.positional()) {
      if (start instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (start instanceof Map<?, ?> map) {
        dict.putAll(map);
      } else {
        for (Object pair : Values.iterate(start)) {
          List<Object> parts = Values.iterate(pair);
          if (parts.size() != 2) {
            throw TemplateException.failed("dict needs pairs");
          }
          dict.put(Values.key(parts.get(0)), parts.get(1));
        }
      }
    }
    dict.putAll(arguments.named());
    return dict;
  }

  private static Namespace namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    dict(arguments).forEach((name, value) -> namespace.write(StringMethods.string(name), value));
    return namespace;
  }

  /** Python's {@code datetime.strftime} in the C locale, for the usual directives. */
  private static String strftime(LocalDateTime time, String format) {
    if (format.length() > LONGEST_TIME_FORMAT) {
      throw TemplateException.tooLarge("a time format of " + format.length() + " characters");
    }
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      if (format.charAt(i) != '%') {
        text.append(format.charAt(i++));
        continue;
      }
      int end = Math.min(format.length(), format.startsWith("%-", i) ? i + 3 : i + 2);
      String directive = format.substring(i, end);
      String pattern = TIME_PATTERNS.getOrDefault(directive, "");
      if (directive.equals("%%")) {
        text.append('%');
      } else if (pattern.isEmpty()) {
        throw TemplateException.unsupported("the time directive '" + directive + "'");
      } else {
        text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
      }
      i = end;
    }
    return text.toString();
  }
}
