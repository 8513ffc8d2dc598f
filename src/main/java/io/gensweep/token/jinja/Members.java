package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What {@code a.b} and {@code a[b]} give. There is no way to a Java class from here. */
final class Members {
  /** Of Python's dict, list and tuple; those that change their object are never allowed. */
  private static final Set<String> OTHER_METHODS =
      Set.of("copy", "fromkeys", "pop", "popitem", "setdefault", "update", "clear");

  private Members() {}

  static Object attribute(Object of, String name) {
    if (of instanceof Undefined undefined) {
      throw undefined.failure();
    }
    return method(of, name).orElseGet(() -> key(of, name));
  }

  static Object item(Object of, Object key) {
    if (of instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (of instanceof Map<?, ?> map && (key instanceof String || key instanceof Long)) {
      Object value = map.get(key);
      if (value != null) {
        return value;
      }
    }
    if (key instanceof Long || key instanceof Boolean) {
      return position(of, Numbers.index(key));
    }
    if (key instanceof String name) {
      return method(of, name).orElseGet(() -> key(of, name));
    }
    return new Undefined(Values.typeName(of) + " has no element " + Values.typeName(key));
  }

  private static Object key(Object of, String name) {
    if (of instanceof Map<?, ?> map) {
      Object value = map.get(name);
      if (value != null) {
        return value;
      }
    }
    if (of instanceof Namespace namespace) {
      return namespace.read(name);
    }
    if (of instanceof Loop loop) {
      return loop.read(name);
    }
    return new Undefined(Values.typeName(of) + " has no attribute '" + name + "'");
  }

  private static Object position(Object of, long index) {
    Undefined outside = new Undefined(Values.typeName(of) + " has no element " + index);
    if (of instanceof String text) {
      int[] points = text.codePoints().toArray();
      long at = index < 0 ? index + points.length : index;
      return at >= 0 && at < points.length ? Character.toString(points[(int) at]) : outside;
    }
    List<?> items =
        of instanceof List<?> list
            ? list
            : of instanceof Series series && series.isIndexed() ? series.items() : List.of();
    long at = index < 0 ? index + items.size() : index;
    return at >= 0 && at < items.size() ? items.get((int) at) : outside;
  }

  private static Optional<Object> method(Object of, String name) {
    if (of instanceof String text) {
      return StringMethods.exists(name)
          ? Optional.of(
              (Callable) (render, arguments) -> StringMethods.call(render, text, name, arguments))
          : Optional.empty();
    }
    if (of instanceof Map<?, ?> map) {
      return dictMethod(map, name);
    }
    boolean isSequence = of instanceof List || (of instanceof Series series && series.isTuple());
    if (isSequence && (name.equals("index") || name.equals("count"))) {
      throw TemplateException.unsupported("the method '" + name + "' of a list or tuple");
    }
    return Optional.empty();
  }

  private static Optional<Object> dictMethod(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> Optional.of(view(map, () -> dictItems(map)));
      case "keys" ->
          Optional.of(
              view(map, () -> new Series(Series.Kind.DICT_KEYS, new ArrayList<>(map.keySet()))));
      case "values" ->
          Optional.of(
              view(map, () -> new Series(Series.Kind.DICT_VALUES, new ArrayList<>(map.values()))));
      case "get" ->
          Optional.of(
              (Callable)
                  (render, arguments) -> {
                    arguments.only("get", "key", "default");
                    Object value = map.get(Values.key(arguments.need(0, "key")));
                    return value == null ? arguments.or(1, "default", None.NONE) : value;
                  });
      default -> {
        if (OTHER_METHODS.contains(name)) {
          throw TemplateException.unsupported("the method '" + name + "' of a dict");
        }
        yield Optional.empty();
      }
    };
  }

  private static Callable view(Map<?, ?> map, Supplier<Object> supplier) {
    return (render, arguments) -> {
      arguments.only("a dict view");
      render.iterated(map);
      return supplier.get();
    };
  }

  static Series dictItems(Map<?, ?> map) {
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((key, value) -> pairs.add(Series.tuple(List.of(key, value))));
    return new Series(Series.Kind.DICT_ITEMS, pairs);
  }
}
