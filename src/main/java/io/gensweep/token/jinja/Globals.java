package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every chat template can call. */
final class Globals {
  private static final int MAX_RANGE = 100_000;
  private static final Map<String, Object> FUNCTIONS =
      Map.of(
          "range", (Callable) (render, arguments) -> range(arguments),
          "dict", (Callable) (render, arguments) -> dict(charged(render, arguments)),
          "namespace", (Callable) (render, arguments) -> namespace(charged(render, arguments)),
          "raise_exception", (Callable) (render, arguments) -> raise(arguments),
          "strftime_now", (Callable) (render, arguments) -> now(render, arguments),
          "cycler", unsupported("cycler"),
          "joiner", unsupported("joiner"),
          "lipsum", unsupported("lipsum"));

  private Globals() {}

  static Optional<Object> find(String name) {
    return Optional.ofNullable(FUNCTIONS.get(name));
  }

  private static Callable unsupported(String name) {
    return (render, arguments) -> {
      throw TemplateException.unsupported("the function '" + name + "'");
    };
  }

  private static Arguments charged(Render render, Arguments arguments) {
    arguments.positional().forEach(render::touched);
    return arguments;
  }

  private static Object raise(Arguments arguments) {
    throw TemplateException.raised(
        Values.text(arguments.only("raise_exception", "message").need(0, "message")));
  }

  private static Object now(Render render, Arguments arguments) {
    Object format = arguments.only("strftime_now", "format").need(0, "format");
    return Strftime.format(render.now(), StringMethods.string(format));
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
}
