package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The filters that walk through a list, dict or generator. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Object apply(Render render, String name, Object value, Arguments arguments) {
    return switch (name) {
      case "join" -> join(value, arguments.only(name, "d", "attribute"));
      case "sort" ->
          sort(render, value, arguments.only(name, "reverse", "case_sensitive", "attribute"));
      case "unique" -> unique(render, value, arguments.only(name, "case_sensitive", "attribute"));
      case "min", "max" ->
          extreme(name, value, arguments.only(name, "case_sensitive", "attribute"));
      case "sum" -> sum(render, value, arguments.only(name, "attribute", "start"));
      case "map" -> map(render, value, arguments);
      case "select", "reject", "selectattr", "rejectattr" -> chosen(render, name, value, arguments);
      default -> {
        arguments.only("the filter " + name);
        yield alone(name, value);
      }
    };
  }

  /** Those without arguments. */
  private static Object alone(String name, Object value) {
    return switch (name) {
      case "first" -> first(Values.iterate(value));
      case "last" -> last(value);
      case "reverse" -> reverse(value);
      case "items" -> items(value);
      case "dictsort" -> dictsort(value);
      default -> new ArrayList<>(Values.iterate(value));
    };
  }

  private static Object first(List<Object> items) {
    return items.isEmpty() ? new Undefined("the sequence was empty") : items.get(0);
  }

  private static Object last(Object value) {
    if (value instanceof Once) {
      throw TemplateException.failed("a generator has no last item");
    }
    List<Object> items = Values.iterate(value);
    return items.isEmpty() ? new Undefined("the sequence was empty") : items.get(items.size() - 1);
  }

  private static Object reverse(Object value) {
    if (value instanceof String text) {
      StringBuilder reversed = new StringBuilder(text.length());
      List<Object> letters = new ArrayList<>(Values.iterate(text));
      Collections.reverse(letters);
      letters.forEach(reversed::append);
      return reversed.toString();
    }
    List<Object> items = new ArrayList<>(Values.iterate(value));
    Collections.reverse(items);
    return value instanceof Once ? items : new Once(items);
  }

  private static String join(Object value, Arguments arguments) {
    String separator = Values.text(arguments.or(0, "d", ""));
    Output result = new Output();
    String before = "";
    for (Object item : attributes(Values.iterate(value), arguments.find(1, "attribute"))) {
      result.add(before);
      result.add(Values.text(item));
      before = separator;
    }
    return result.toString();
  }

  private static Object items(Object value) {
    if (value instanceof Undefined) {
      return new Once(List.of());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.failed("only a dict has items, not " + Values.typeName(value));
    }
    return new Once(Members.dictItems(map).items());
  }

  private static Object dictsort(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.failed("only a dict can be sorted, not " + Values.typeName(value));
    }
    List<Object> pairs = new ArrayList<>(Members.dictItems(map).items());
    pairs.sort(
        Comparator.comparing(pair -> folded(((Series) pair).items().get(0)), Comparison::compare));
    return pairs;
  }

  private static Object folded(Object value) {
    return value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
  }

  /** What sort, unique, min and max look at: the item or its attribute, in small letters. */
  private static Object ranked(Object item, Arguments arguments, int caseIndex) {
    Object looked = attributes(List.of(item), arguments.find(caseIndex + 1, "attribute")).get(0);
    return Values.truthy(arguments.or(caseIndex, "case_sensitive", false))
        ? looked
        : folded(looked);
  }

  private static Object sort(Render render, Object value, Arguments arguments) {
    List<Object> items = new ArrayList<>(Values.iterate(value));
    // Each item is compared so often.
    for (int left = items.size(); left > 0; left /= 2) {
      render.walked(items);
    }
    Comparator<Object> order =
        (a, b) -> Comparison.compare(ranked(a, arguments, 1), ranked(b, arguments, 1));
    items.sort(Values.truthy(arguments.or(0, "reverse", false)) ? order.reversed() : order);
    return items;
  }

  private static Object unique(Render render, Object value, Arguments arguments) {
    List<Object> seen = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      Object rank = ranked(item, arguments, 0);
      render.walked(seen);
      if (seen.stream().noneMatch(other -> Comparison.same(other, rank))) {
        seen.add(rank);
        kept.add(item);
      }
      Render.checkItems((long) seen.size() * seen.size());
    }
    return new Once(kept);
  }

  private static Object extreme(String name, Object value, Arguments arguments) {
    List<Object> items = Values.iterate(value);
    int direction = name.equals("max") ? 1 : -1;
    Object best = first(items);
    for (Object item : items) {
      int order = Comparison.compare(ranked(item, arguments, 0), ranked(best, arguments, 0));
      if (order * direction > 0) {
        best = item;
      }
    }
    return best;
  }

  private static Object sum(Render render, Object value, Arguments arguments) {
    Object total = arguments.or(1, "start", 0L);
    for (Object item : attributes(Values.iterate(value), arguments.find(0, "attribute"))) {
      total = Operators.apply(render, total, "+", item);
    }
    return total;
  }

  private static Object map(Render render, Object value, Arguments arguments) {
    List<Object> items = Values.iterate(value);
    if (arguments.positional().isEmpty()) {
      if (!arguments.named().keySet().equals(Set.of("attribute"))) {
        throw TemplateException.unsupported("map with anything but a filter or an attribute");
      }
      return new Once(attributes(items, arguments.find(0, "attribute")));
    }
    String filter = StringMethods.string(arguments.positional().get(0));
    List<Object> mapped = new ArrayList<>(items.size());
    for (Object item : items) {
      render.step();
      mapped.add(Filters.apply(render, filter, item, arguments.withoutFirst(1)));
    }
    return new Once(mapped);
  }

  private static Object chosen(Render render, String name, Object value, Arguments arguments) {
    boolean byAttribute = name.endsWith("attr");
    boolean wanted = name.startsWith("select");
    int testIndex = byAttribute ? 1 : 0;
    if (arguments.positional().size() < testIndex) {
      throw TemplateException.failed(name + " needs the name of an attribute");
    }
    boolean hasTest = arguments.positional().size() > testIndex;
    List<Object> chosen = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      render.step();
      Object looked =
          byAttribute
              ? attributes(List.of(item), Optional.of(arguments.positional().get(0))).get(0)
              : item;
      boolean holds =
          hasTest
              ? Tests.holds(
                  render,
                  StringMethods.string(arguments.positional().get(testIndex)),
                  looked,
                  arguments.withoutFirst(testIndex + 1))
              : Values.truthy(looked);
      if (holds == wanted) {
        chosen.add(item);
      }
    }
    return new Once(chosen);
  }

  /** The named attribute of each item; dots lead to attributes of attributes. */
  private static List<Object> attributes(List<Object> items, Optional<Object> path) {
    if (path.isEmpty() || path.get() == None.NONE) {
      return items;
    }
    List<Object> found = new ArrayList<>(items.size());
    for (Object item : items) {
      Object value = item;
      if (path.get() instanceof Long) {
        value = Members.item(value, path.get());
      } else {
        for (String part : StringMethods.string(path.get()).split("\\.", -1)) {
          boolean isPosition = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
          value = Members.item(value, isPosition ? (Object) Long.valueOf(part) : part);
        }
      }
      found.add(value);
    }
    return found;
  }
}
