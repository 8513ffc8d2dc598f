package io.gensweep.token.jinja;

import static java.util.Map.entry;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** jinja2's filters, and {@code tojson} as transformers redefines it. */
final class Filters {
  /** How much of its input a filter looks at, which is charged before it runs. */
  private enum Reach {
    /** The value itself. */
    VALUE,
    /** The items of the value, not what is in them. */
    ITEMS,
    /** All that is in the value. */
    ALL
  }

  private interface Body {
    Object apply(Rendering rendering, Object value, Arguments arguments);
  }

  private record Filter(Reach reach, Body body) {}

  private static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          entry("abs", all((r, value, a) -> Numbers.filter("abs", value, a))),
          entry("capitalize", text("capitalize", PythonText::capitalize)),
          entry("count", of(Reach.VALUE, (r, value, a) -> length(value, a))),
          entry("d", of(Reach.VALUE, (r, value, a) -> otherwise(value, a))),
          entry("default", of(Reach.VALUE, (r, value, a) -> otherwise(value, a))),
          entry("dictsort", items(SequenceFilters::dictsort)),
          entry("first", items(SequenceFilters::first)),
          entry("float", all((r, value, a) -> Numbers.filter("float", value, a))),
          entry("indent", all((r, value, a) -> indent(value, a))),
          entry("int", all((r, value, a) -> Numbers.filter("int", value, a))),
          entry("items", items(SequenceFilters::items)),
          entry("join", all(SequenceFilters::join)),
          entry("last", items(SequenceFilters::last)),
          entry("length", of(Reach.VALUE, (r, value, a) -> length(value, a))),
          entry("list", items(SequenceFilters::list)),
          entry("lower", text("lower", text -> text.toLowerCase(Locale.ROOT))),
          entry("map", items(SequenceFilters::map)),
          entry("max", all((r, value, a) -> SequenceFilters.extreme(r, value, a, 1))),
          entry("min", all((r, value, a) -> SequenceFilters.extreme(r, value, a, -1))),
          entry("reject", items((r, value, a) -> SequenceFilters.chosen(r, value, a, false))),
          entry(
              "rejectattr", items((r, v, a) -> SequenceFilters.chosenByAttribute(r, v, a, false))),
          entry("replace", all((r, value, a) -> replace(value, a))),
          entry("reverse", items(SequenceFilters::reverse)),
          entry("round", all((r, value, a) -> Numbers.filter("round", value, a))),
          entry("select", items((r, value, a) -> SequenceFilters.chosen(r, value, a, true))),
          entry("selectattr", items((r, v, a) -> SequenceFilters.chosenByAttribute(r, v, a, true))),
          entry("sort", all(SequenceFilters::sort)),
          entry("string", text("string", text -> text)),
          entry("sum", all(SequenceFilters::sum)),
          entry("title", text("title", Filters::title)),
          entry("tojson", all((r, value, a) -> JsonText.of(value, a))),
          entry("trim", all((r, v, a) -> StringMethods.call(r, Values.text(v), "strip", a))),
          entry("unique", all(SequenceFilters::unique)),
          entry("upper", text("upper", text -> text.toUpperCase(Locale.ROOT))));

  /** Known to jinja2 but not to us: refused when reached, since most templates never do. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          ("attr batch center e escape filesizeformat forceescape format groupby pprint random safe"
                  + " slice striptags truncate urlencode urlize wordcount wordwrap xmlattr")
              .split(" "));

  private Filters() {}

  private static Filter of(Reach reach, Body body) {
    return new Filter(reach, body);
  }

  private static Filter all(Body body) {
    return of(Reach.ALL, body);
  }

  private static Filter items(Body body) {
    return of(Reach.ITEMS, body);
  }

  /** A filter without arguments that takes any value for its text. */
  private static Filter text(String name, UnaryOperator<String> body) {
    return all(
        (rendering, value, arguments) -> {
          arguments.only("the filter " + name);
          return body.apply(Values.text(value));
        });
  }

  static boolean exists(String name) {
    return FILTERS.containsKey(name) || UNSUPPORTED.contains(name);
  }

  /** The filtered value, after what it takes to make it was charged. */
  static Object apply(Rendering rendering, String name, Object value, Arguments arguments) {
    Filter filter = FILTERS.get(name);
    if (filter == null) {
      throw TemplateException.unsupported("the filter '" + name + "'");
    }
    switch (filter.reach()) {
      case VALUE -> rendering.chargeScan(value);
      case ITEMS -> rendering.chargeItems(value);
      case ALL -> rendering.chargeDeep(value);
    }
    rendering.chargeDeep(arguments.positional());
    arguments.named().values().forEach(rendering::chargeDeep);
    return rendering.chargeCopy(filter.body().apply(rendering, value, arguments));
  }

  private static Object length(Object value, Arguments arguments) {
    arguments.only("the filter length");
    return Values.length(value);
  }

  /** Unlike {@code str.title}, a word begins after spaces, hyphens and opening brackets only. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean begins = true;
    for (int c : text.codePoints().toArray()) {
      String letter = Character.toString(c);
      title.append(begins ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
      begins = "-({[<".indexOf(c) >= 0 || PythonText.isSpace(c);
    }
    return title.toString();
  }

  private static String replace(Object value, Arguments arguments) {
    arguments.only("replace", "old", "new", "count");
    String old = Values.text(arguments.need(0, "old"));
    String fresh = Values.text(arguments.need(1, "new"));
    Object count = arguments.or(2, "count", None.NONE);
    List<Object> passed = count == None.NONE ? List.of(old, fresh) : List.of(old, fresh, count);
    return StringMethods.replace(Values.text(value), new Arguments(passed, Map.of()));
  }

  private static String indent(Object value, Arguments arguments) {
    arguments.only("indent", "width", "first", "blank");
    Object width = arguments.or(0, "width", 4L);
    String margin =
        width instanceof String given ? given : Operators.repeated(" ", Numbers.index(width));
    boolean first = Values.truthy(arguments.or(1, "first", false));
    boolean blank = Values.truthy(arguments.or(2, "blank", false));
    List<Object> lines = StringMethods.lines(StringMethods.string(value) + "\n", Arguments.NONE);
    Output indented = new Output();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      indented.add(i == 0 ? "" : "\n");
      boolean hasMargin = i == 0 ? first : blank || !line.isEmpty();
      indented.add(hasMargin ? margin : "");
      indented.add(line);
    }
    return indented.toString();
  }

  private static Object otherwise(Object value, Arguments arguments) {
    arguments.only("default", "default_value", "boolean");
    boolean emptyToo = Values.truthy(arguments.or(1, "boolean", false));
    return value instanceof Undefined || (emptyToo && !Values.truthy(value))
        ? arguments.or(0, "default_value", "")
        : value;
  }
}
