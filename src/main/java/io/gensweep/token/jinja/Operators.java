package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Binary operators on values of any type. */
final class Operators {
  private static final int MAX_COMPARISONS = 1_000_000;

  private Operators() {}

  /** The value, after what it takes to make it was charged. */
  static Object apply(Rendering rendering, Object left, String operator, Object right) {
    rendering.chargeCopy(left);
    rendering.chargeCopy(right);
    return rendering.chargeCopy(apply(left, operator, right));
  }

  private static Object apply(Object left, String operator, Object right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.calculate(left, operator, right);
    }
    if (operator.equals("+")) {
      return add(left, right);
    }
    if (operator.equals("*") && (right instanceof Long || right instanceof Boolean)) {
      return repeat(left, Numbers.index(right));
    }
    if (operator.equals("*") && (left instanceof Long || left instanceof Boolean)) {
      return repeat(right, Numbers.index(left));
    }
    if (operator.equals("%") && left instanceof String) {
      throw TemplateException.unsupported("formatting with %");
    }
    throw mismatch(left, operator, right);
  }

  private static Object add(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      Rendering.checkChars((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return chained(a, b);
    }
    if (left instanceof Series a && a.isTuple() && right instanceof Series b && b.isTuple()) {
      return Series.tuple(chained(a.items(), b.items()));
    }
    throw mismatch(left, "+", right);
  }

  private static List<Object> chained(List<?> left, List<?> right) {
    Rendering.checkItems((long) left.size() + right.size());
    List<Object> items = new ArrayList<>(left);
    items.addAll(right);
    return items;
  }

  private static Object repeat(Object value, long times) {
    long count = Math.max(0, times);
    if (value instanceof String text) {
      if (text.isEmpty()) {
        return text;
      }
      return repeated(text, count);
    }
    throw TemplateException.unsupported("repeating " + Values.typeName(value));
  }

  static String repeated(String text, long times) {
    Rendering.checkChars(Math.min(Math.max(0, times), Integer.MAX_VALUE) * text.length());
    return text.repeat((int) Math.max(0, times));
  }

  static boolean compares(Rendering rendering, Object left, String operator, Object right) {
    if (operator.endsWith("in")) {
      return operator.equals("in") == contains(rendering, right, left);
    }
    rendering.chargeDeep(left);
    rendering.chargeDeep(right);
    return switch (operator) {
      case "==" -> Operators.same(left, right);
      case "!=" -> !Operators.same(left, right);
      case "<" -> Operators.compare(left, right) < 0;
      case "<=" -> Operators.compare(left, right) <= 0;
      case ">" -> Operators.compare(left, right) > 0;
      default -> Operators.compare(left, right) >= 0;
    };
  }

  static boolean contains(Rendering rendering, Object container, Object item) {
    rendering.chargeDeep(item);
    if (container instanceof String text) {
      if (item instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (!(item instanceof String part)) {
        throw TemplateException.failed("only a str can be in a str, not " + Values.typeName(item));
      }
      rendering.chargeScan(text);
      return PythonText.contains(text, part);
    }
    if (container instanceof Map<?, ?> map) {
      return !(item instanceof Undefined) && map.containsKey(Values.key(item));
    }
    rendering.chargeDeep(container);
    return Values.iterate(container).stream().anyMatch(other -> Operators.same(other, item));
  }

  private static TemplateException mismatch(Object left, String operator, Object right) {
    return TemplateException.failed(
        "cannot apply "
            + operator
            + " to "
            + Values.typeName(left)
            + " and "
            + Values.typeName(right));
  }

  /** Whether Python calls two values equal. */
  static boolean same(Object left, Object right) {
    return same(left, right, 0, new int[1]);
  }

  private static boolean same(Object left, Object right, int depth, int[] count) {
    Values.checkDepth(depth);
    if (++count[0] > MAX_COMPARISONS) {
      throw TemplateException.tooLarge("comparing values took more than " + MAX_COMPARISONS);
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right) == 0;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return sameItems(a, b, depth, count);
    }
    if (left instanceof Series a && right instanceof Series b) {
      if (a.isIndexed() && a.kind() == b.kind()) {
        return sameItems(a.items(), b.items(), depth, count);
      }
      if (!a.isIndexed() || !b.isIndexed()) {
        throw TemplateException.unsupported("comparing dict views");
      }
      return false;
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return a.size() == b.size()
          && a.entrySet().stream()
              .allMatch(
                  entry ->
                      b.containsKey(entry.getKey())
                          && same(entry.getValue(), b.get(entry.getKey()), depth + 1, count));
    }
    return left.equals(right);
  }

  private static boolean sameItems(List<?> left, List<?> right, int depth, int[] count) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!same(left.get(i), right.get(i), depth + 1, count)) {
        return false;
      }
    }
    return true;
  }

  /** Python's order: numbers by value, texts by code point, lists and tuples item by item. */
  static int compare(Object left, Object right) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      return PythonText.compare(a, b);
    }
    boolean lists = left instanceof List && right instanceof List;
    boolean tuples =
        left instanceof Series a && a.isTuple() && right instanceof Series b && b.isTuple();
    if (lists || tuples) {
      List<Object> a = Values.iterate(left);
      List<Object> b = Values.iterate(right);
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        if (!same(a.get(i), b.get(i))) {
          return compare(a.get(i), b.get(i));
        }
      }
      return Integer.compare(a.size(), b.size());
    }
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.failed(
        "cannot order " + Values.typeName(left) + " and " + Values.typeName(right));
  }
}
