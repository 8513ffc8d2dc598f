package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Python's {@code a[from:to:step]}, with its rules for bounds outside the sequence. */
final class Slices {
  private Slices() {}

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
