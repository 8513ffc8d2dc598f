package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Scope.Loop;
import io.gensweep.token.jinja.Scope.Namespace;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
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
              (Callable)
                  (rendering, arguments) -> StringMethods.call(rendering, text, name, arguments))
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
                  (rendering, arguments) -> {
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
    return (rendering, arguments) -> {
      arguments.only("a dict view");
      rendering.chargeItems(map);
      return supplier.get();
    };
  }

  static Series dictItems(Map<?, ?> map) {
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((key, value) -> pairs.add(Series.tuple(List.of(key, value))));
    return new Series(Series.Kind.DICT_ITEMS, pairs);
  }

  /** Python's {@code a[from:to:step]}, with its rules for bounds outside the sequence. */
  static Object slice(Object value, Optional<Long> from, Optional<Long> to, Optional<Long> step) {
    if (value instanceof String text) {
      int[] points = text.codePoints().toArray();
      StringBuilder part = new StringBuilder();
      for (int i : positions(points.length, from, to, step)) {
        part.appendCodePoint(points[i]);
      }
      return part.toString();
    }
    if (value instanceof List<?> list) {
      return pick(list, positions(list.size(), from, to, step));
    }
    if (value instanceof Series series && series.isTuple()) {
      return Series.tuple(pick(series.items(), positions(series.items().size(), from, to, step)));
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.unsupported("slicing " + Values.typeName(value));
  }

  private static List<Object> pick(List<?> items, List<Integer> positions) {
    List<Object> picked = new ArrayList<>(positions.size());
    for (int i : positions) {
      picked.add(items.get(i));
    }
    return picked;
  }

  private static List<Integer> positions(
      int size, Optional<Long> from, Optional<Long> to, Optional<Long> step) {
    // More than the size leads out of it as the size does, and cannot overflow.
    long stride = Math.max(-size - 1L, Math.min(step.orElse(1L), size + 1L));
    if (stride == 0) {
      throw TemplateException.failed("slice step cannot be zero");
    }
    boolean forward = stride > 0;
    long lowest = forward ? 0 : -1;
    long highest = forward ? size : size - 1;
    long first = from.map(i -> clamp(i, size, lowest, highest)).orElse(forward ? lowest : highest);
    long last = to.map(i -> clamp(i, size, lowest, highest)).orElse(forward ? highest : lowest);
    List<Integer> positions = new ArrayList<>();
    for (long i = first; forward ? i < last : i > last; i += stride) {
      positions.add((int) i);
    }
    return positions;
  }

  private static long clamp(long index, int size, long lowest, long highest) {
    long counted = index < 0 ? index + size : index;
    return Math.max(lowest, Math.min(counted, highest));
  }
}
