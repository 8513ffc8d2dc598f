package io.gensweep.token.jinja;

import java.util.List;
import java.util.Map;

/** When Python calls two values equal, and which of them comes first. */
final class Comparison {
  private static final int MAX_COMPARISONS = 1_000_000;

  private Comparison() {}

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
