package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Binary operators on values of any type. */
final class Operators {
  private Operators() {}

  /** The value, after what it takes to make it was charged. */
  static Object apply(Render render, Object left, String operator, Object right) {
    render.made(left);
    render.made(right);
    return render.made(apply(left, operator, right));
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
    if (operator.equals("*") && right instanceof Long times) {
      return repeat(left, times);
    }
    if (operator.equals("*") && left instanceof Long times) {
      return repeat(right, times);
    }
    if (operator.equals("%") && left instanceof String) {
      throw TemplateException.unsupported("formatting with %");
    }
    throw mismatch(left, operator, right);
  }

  private static Object add(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      Render.checkChars((long) a.length() + b.length());
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
    Render.checkItems((long) left.size() + right.size());
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
    Render.checkChars(Math.min(Math.max(0, times), Integer.MAX_VALUE) * text.length());
    return text.repeat((int) Math.max(0, times));
  }

  static boolean compares(Render render, Object left, String operator, Object right) {
    if (operator.endsWith("in")) {
      return operator.equals("in") == contains(render, right, left);
    }
    render.walked(left);
    render.walked(right);
    return switch (operator) {
      case "==" -> Comparison.same(left, right);
      case "!=" -> !Comparison.same(left, right);
      case "<" -> Comparison.compare(left, right) < 0;
      case "<=" -> Comparison.compare(left, right) <= 0;
      case ">" -> Comparison.compare(left, right) > 0;
      default -> Comparison.compare(left, right) >= 0;
    };
  }

  static boolean contains(Render render, Object container, Object item) {
    render.walked(item);
    if (container instanceof String text) {
      if (item instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (!(item instanceof String part)) {
        throw TemplateException.failed("only a str can be in a str, not " + Values.typeName(item));
      }
      render.touched(text);
      return TextSearch.contains(text, part);
    }
    if (container instanceof Map<?, ?> map) {
      return !(item instanceof Undefined) && map.containsKey(Values.key(item));
    }
    render.walked(container);
    return Values.iterate(container).stream().anyMatch(other -> Comparison.same(other, item));
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
}
