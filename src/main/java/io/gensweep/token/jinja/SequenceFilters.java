package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Values.Generator;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The filters that walk through a list, dict or generator. */
final class SequenceFilters {
  /** A part of a path that is the position in a list. */
  private static final Pattern POSITION = Pattern.compile("\\d{1,18}");

  private static final Undefined EMPTY = new Undefined("the sequence was empty");

  private SequenceFilters() {}

  static Object list(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter list");
    return new ArrayList<>(Values.iterate(value));
  }

  static Object first(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter first");
    List<Object> items = Values.iterate(value);
    return items.isEmpty() ? EMPTY : items.get(0);
  }

  static Object last(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter last");
    if (value instanceof Generator) {
      throw TemplateException.failed("a generator has no last item");
    }
    List<Object> items = Values.iterate(value);
    return items.isEmpty() ? EMPTY : items.get(items.size() - 1);
  }

  static Object reverse(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter reverse");
    if (value instanceof String text) {
      StringBuilder reversed = new StringBuilder(text.length());
      List<Object> letters = new ArrayList<>(Values.iterate(text));
      Collections.reverse(letters);
      letters.forEach(reversed::append);
      return reversed.toString();
    }
    List<Object> items = new ArrayList<>(Values.iterate(value));
    Collections.reverse(items);
    return value instanceof Generator ? items : new Generator(items);
  }

  static String join(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("join", "d", "attribute");
    String separator = Values.text(arguments.or(0, "d", ""));
    Output result = new Output();
    String before = "";
    for (Object item :
        attributes(rendering, Values.iterate(value), arguments.find(1, "attribute"))) {
      result.add(before);
      result.add(Values.text(item));
      before = separator;
    }
    return result.toString();
  }

  static Object items(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter items");
    if (value instanceof Undefined) {
      return new Generator(List.of());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.failed("only a dict has items, not " + Values.typeName(value));
    }
    return new Generator(Members.dictItems(map).items());
  }

  static Object dictsort(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("the filter dictsort");
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.failed("only a dict can be sorted, not " + Values.typeName(value));
    }
    List<Object> pairs = new ArrayList<>(Members.dictItems(map).items());
    pairs.sort(
        Comparator.comparing(pair -> folded(((Series) pair).items().get(0)), Operators::compare));
    return pairs;
  }

  private static Object folded(Object value) {
    return value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
  }

  /** What unique, min and max compare: the item or its attribute, in small letters. */
  private static Object ranked(
      Rendering rendering, Object item, Arguments arguments, int caseIndex) {
    Object value = attribute(rendering, item, arguments.find(caseIndex + 1, "attribute"));
    return Values.truthy(arguments.or(caseIndex, "case_sensitive", false)) ? value : folded(value);
  }

  /** An item with what it is sorted by. */
  private record Sorted(List<Object> key, Object item) {}

  static Object sort(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("sort", "reverse", "case_sensitive", "attribute");
    List<Sorted> sorted = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      sorted.add(new Sorted(sortKey(rendering, item, arguments), item));
    }
    // Each item is compared so often.
    for (int left = sorted.size(); left > 0; left /= 2) {
      sorted.forEach(item -> rendering.chargeDeep(item.key()));
    }
    Comparator<Sorted> order = Comparator.comparing(Sorted::key, Operators::compare);
    sorted.sort(Values.truthy(arguments.or(0, "reverse", false)) ? order.reversed() : order);
    return new ArrayList<>(sorted.stream().map(Sorted::item).toList());
  }

  /** A list with a value for each attribute, since values that are equal need have no order. */
  private static List<Object> sortKey(Rendering rendering, Object item, Arguments arguments) {
    Object attribute = arguments.or(2, "attribute", None.NONE);
    String[] names = attribute instanceof String text ? text.split(",", -1) : new String[0];
    Rendering.checkItems(names.length);
    List<Object> key = new ArrayList<>();
    for (String name : names) {
      key.add(attribute(rendering, item, Optional.of(name)));
    }
    if (names.length == 0) {
      key.add(attribute(rendering, item, Optional.of(attribute)));
    }
    if (!Values.truthy(arguments.or(1, "case_sensitive", false))) {
      key.replaceAll(SequenceFilters::folded);
    }
    return key;
  }

  static Object unique(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("unique", "case_sensitive", "attribute");
    List<Object> seen = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      Object rank = ranked(rendering, item, arguments, 0);
      Values.requireHashable(rank);
      rendering.chargeDeep(seen);
      if (seen.stream().noneMatch(other -> Operators.same(other, rank))) {
        seen.add(rank);
        kept.add(item);
      }
      Rendering.checkItems((long) seen.size() * seen.size());
    }
    return new Generator(kept);
  }

  /** The largest item for direction 1, the smallest for -1. */
  static Object extreme(Rendering rendering, Object value, Arguments arguments, int direction) {
    arguments.only("min or max", "case_sensitive", "attribute");
    List<Object> items = Values.iterate(value);
    if (items.isEmpty()) {
      return EMPTY;
    }
    Object best = items.get(0);
    Object bestRank = ranked(rendering, best, arguments, 0);
    for (Object item : items.subList(1, items.size())) {
      Object rank = ranked(rendering, item, arguments, 0);
      if (Operators.compare(rank, bestRank) * direction > 0) {
        best = item;
        bestRank = rank;
      }
    }
    return best;
  }

  static Object sum(Rendering rendering, Object value, Arguments arguments) {
    arguments.only("sum", "attribute", "start");
    Object total = arguments.or(1, "start", 0L);
    for (Object item :
        attributes(rendering, Values.iterate(value), arguments.find(0, "attribute"))) {
      total = Operators.apply(rendering, total, "+", item);
    }
    return total;
  }

  /** As in jinja2, whatever is false is taken for an empty sequence. */
  private static List<Object> items(Object value) {
    return Values.truthy(value) ? Values.iterate(value) : List.of();
  }

  static Object map(Rendering rendering, Object value, Arguments arguments) {
    List<Object> items = items(value);
    if (arguments.positional().isEmpty()) {
      if (!arguments.named().keySet().equals(Set.of("attribute"))) {
        throw TemplateException.unsupported("map with anything but a filter or an attribute");
      }
      return new Generator(attributes(rendering, items, arguments.find(0, "attribute")));
    }
    String filter = StringMethods.string(arguments.positional().get(0));
    List<Object> mapped = new ArrayList<>(items.size());
    for (Object item : items) {
      rendering.chargeStep();
      mapped.add(Filters.apply(rendering, filter, item, arguments.withoutFirst(1)));
    }
    return new Generator(mapped);
  }

  /** {@code select} and {@code reject}: the items for which a test, or the item itself, is so. */
  static Object chosen(Rendering rendering, Object value, Arguments arguments, boolean wanted) {
    List<Object> chosen = new ArrayList<>();
    for (Object item : items(value)) {
      rendering.chargeStep();
      if (holds(rendering, item, arguments) == wanted) {
        chosen.add(item);
      }
    }
    return new Generator(chosen);
  }

  /** {@code selectattr} and {@code rejectattr}: by an attribute of each item. */
  static Object chosenByAttribute(
      Rendering rendering, Object value, Arguments arguments, boolean wanted) {
    if (arguments.positional().isEmpty()) {
      throw TemplateException.failed("the name of an attribute is missing");
    }
    Optional<Object> attribute = Optional.of(arguments.positional().get(0));
    List<Object> chosen = new ArrayList<>();
    for (Object item : items(value)) {
      rendering.chargeStep();
      Object looked = attribute(rendering, item, attribute);
      if (holds(rendering, looked, arguments.withoutFirst(1)) == wanted) {
        chosen.add(item);
      }
    }
    return new Generator(chosen);
  }

  private static boolean holds(Rendering rendering, Object value, Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return Values.truthy(value);
    }
    String test = StringMethods.string(arguments.positional().get(0));
    return Tests.holds(rendering, test, value, arguments.withoutFirst(1));
  }

  private static List<Object> attributes(
      Rendering rendering, List<Object> items, Optional<Object> path) {
    List<Object> found = new ArrayList<>(items.size());
    items.forEach(item -> found.add(attribute(rendering, item, path)));
    return found;
  }

  /** The named attribute of an item; dots lead to attributes of attributes. */
  private static Object attribute(Rendering rendering, Object item, Optional<Object> path) {
    if (path.isEmpty() || path.get() == None.NONE) {
      return item;
    }
    rendering.chargeScan(path.get());
    if (path.get() instanceof Long) {
      return Members.item(item, path.get());
    }
    Object value = item;
    for (String part : StringMethods.string(path.get()).split("\\.", -1)) {
      value = Members.item(value, POSITION.matcher(part).matches() ? Long.valueOf(part) : part);
    }
    return value;
  }
}
