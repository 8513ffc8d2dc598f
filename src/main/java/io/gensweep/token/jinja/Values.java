package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Rendering.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What Python says about a value. The values: Boolean, Long, Double, String, {@link None}, List,
 * Map, {@link Series}, and jinja2's own {@link Undefined}, {@link Generator}, {@link Namespace},
 * {@link Loop} and {@link Callable}.
 */
final class Values {
  private static final int MAX_DEPTH = 100;

  private Values() {}

  /** Python's None, so that no null travels through a template. */
  enum None {
    NONE
  }

  /** jinja2's default Undefined: empty when printed, an error when anything else. */
  record Undefined(String why) {
    TemplateException failure() {
      return TemplateException.failed(why);
    }

    /** All undefined values are equal to each other and to nothing else, as in jinja2. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  /** Python's read-only sequences and dict views; a Python list is a java.util.List. */
  record Series(Kind kind, List<Object> items) {
    enum Kind {
      TUPLE,
      RANGE,
      DICT_KEYS,
      DICT_VALUES,
      DICT_ITEMS
    }

    static Series tuple(List<Object> items) {
      return new Series(Kind.TUPLE, items);
    }

    boolean isTuple() {
      return kind == Kind.TUPLE;
    }

    /** Dict views know their length but have no positions. */
    boolean isIndexed() {
      return kind == Kind.TUPLE || kind == Kind.RANGE;
    }
  }

  /** A Python generator: always true, without a length, empty after its first walk. */
  static final class Generator {
    private List<Object> items;

    Generator(List<Object> items) {
      this.items = items;
    }

    List<Object> take() {
      List<Object> taken = items;
      items = List.of();
      return taken;
    }
  }

  static boolean truthy(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    return !isSized(value) || length(value) > 0;
  }

  static boolean isSized(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof Series
        || value instanceof Undefined;
  }

  static long length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Series series) {
      return series.items().size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw TemplateException.failed(typeName(value) + " has no length");
  }

  static boolean isIterable(Object value) {
    return isSized(value) || value instanceof Generator;
  }

  static List<Object> iterate(Object value) {
    if (value instanceof String text) {
      Rendering.checkItems(text.length());
      return text.codePoints().mapToObj(c -> (Object) Character.toString(c)).toList();
    }
    if (value instanceof List<?> list) {
      return new ArrayList<>(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof Series series) {
      return series.items();
    }
    if (value instanceof Generator once) {
      return once.take();
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw TemplateException.failed(typeName(value) + " is not iterable");
  }

  /** A dict's key. Python's 1, 1.0 and True are one key, so only unambiguous kinds are taken. */
  static Object key(Object value) {
    if (value instanceof String || value instanceof Long || value == None.NONE) {
      return value;
    }
    throw TemplateException.unsupported("a dict key of type " + typeName(value));
  }

  /** Python's {@code hash(value)} fails for what can change, and for a tuple that holds it. */
  static void requireHashable(Object value) {
    if (value instanceof List || value instanceof Map) {
      throw TemplateException.failed(typeName(value) + " is not hashable");
    }
    if (value instanceof Series series) {
      series.items().forEach(Values::requireHashable);
    }
  }

  /** Python's {@code str(value)}. */
  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Undefined ? "" : repr(value, 0);
  }

  /** Python's {@code repr(value)}. */
  private static String repr(Object value, int depth) {
    checkDepth(depth);
    if (value instanceof String text) {
      return PythonText.repr(text);
    }
    if (value instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    if (value == None.NONE) {
      return "None";
    }
    if (Numbers.isNumber(value)) {
      return Numbers.text(value);
    }
    if (value instanceof Undefined) {
      return "Undefined";
    }
    if (value instanceof List<?> list) {
      return "[" + joined(list, depth) + "]";
    }
    if (value instanceof Map<?, ?> map) {
      Output text = new Output();
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.add(separator + repr(entry.getKey(), depth + 1) + ": ");
        text.add(repr(entry.getValue(), depth + 1));
        separator = ", ";
      }
      return map.isEmpty() ? "{}" : text + "}";
    }
    if (value instanceof Series series) {
      return repr(series, depth);
    }
    throw TemplateException.unsupported("printing " + typeName(value));
  }

  private static String repr(Series series, int depth) {
    String items = joined(series.items(), depth);
    return switch (series.kind()) {
      case TUPLE -> "(" + items + (series.items().size() == 1 ? ",)" : ")");
      case DICT_KEYS -> "dict_keys([" + items + "])";
      case DICT_VALUES -> "dict_values([" + items + "])";
      case DICT_ITEMS -> "dict_items([" + items + "])";
      case RANGE -> throw TemplateException.unsupported("printing a range");
    };
  }

  private static String joined(List<?> items, int depth) {
    Output text = new Output();
    String separator = "";
    for (Object item : items) {
      text.add(separator);
      text.add(repr(item, depth + 1));
      separator = ", ";
    }
    return text.toString();
  }

  static void checkDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw TemplateException.tooLarge("values nest more than " + MAX_DEPTH + " deep");
    }
  }

  static String typeName(Object value) {
    if (value instanceof Boolean) {
      return "a bool";
    }
    if (value instanceof Long) {
      return "an int";
    }
    if (value instanceof Double) {
      return "a float";
    }
    if (value instanceof String) {
      return "a str";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof Map) {
      return "a dict";
    }
    if (value instanceof Series series) {
      return "a " + series.kind().name().toLowerCase(java.util.Locale.ROOT);
    }
    return value instanceof Callable
        ? "a function"
        : "a value of kind " + value.getClass().getSimpleName();
  }
}
