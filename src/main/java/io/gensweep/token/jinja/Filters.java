package io.gensweep.token.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** jinja2's filters, and {@code tojson} as transformers redefines it. */
final class Filters {
  private static final Set<String> SUPPORTED =
      Set.of(
          "abs",
          "capitalize",
          "count",
          "d",
          "default",
          "dictsort",
          "first",
          "float",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "round",
          "select",
          "selectattr",
          "sort",
          "string",
          "sum",
          "title",
          "tojson",
          "trim",
          "unique",
          "upper");

  /** Known to jinja2 but not to us: refused when reached, since most templates never do. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "attr",
          "batch",
          "center",
          "e",
          "escape",
          "filesizeformat",
          "forceescape",
          "format",
          "groupby",
          "pprint",
          "random",
          "safe",
          "slice",
          "striptags",
          "truncate",
          "urlencode",
          "urlize",
          "wordcount",
          "wordwrap",
          "xmlattr");

  private Filters() {}

  static boolean exists(String name) {
    return SUPPORTED.contains(name) || UNSUPPORTED.contains(name);
  }

  /** Those that look at no more than the items of what they get. */
  private static final Set<String> SHALLOW =
      Set.of(
          "dictsort",
          "first",
          "items",
          "last",
          "list",
          "map",
          "reject",
          "rejectattr",
          "reverse",
          "select",
          "selectattr");

  /** Those that look at no more than the value itself. */
  private static final Set<String> FLAT = Set.of("count", "d", "default", "length");

  /** The value, after what it takes to make it was charged. */
  static Object apply(Render render, String name, Object value, Arguments arguments) {
    charge(render, name, value);
    render.walked(arguments.positional());
    arguments.named().values().forEach(render::walked);
    return render.made(applied(render, name, value, arguments));
  }

  private static void charge(Render render, String name, Object value) {
    if (FLAT.contains(name)) {
      render.touched(value);
    } else if (SHALLOW.contains(name)) {
      render.iterated(value);
    } else {
      render.walked(value);
    }
  }

  private static Object applied(Render render, String name, Object value, Arguments arguments) {
    return switch (name) {
      case "trim" -> StringMethods.call(render, Values.text(value), "strip", arguments);
      case "upper" -> text(value, name, arguments).toUpperCase(Locale.ROOT);
      case "lower" -> text(value, name, arguments).toLowerCase(Locale.ROOT);
      case "capitalize" -> PythonText.capitalize(text(value, name, arguments));
      case "title" -> title(text(value, name, arguments));
      case "string" -> text(value, name, arguments);
      case "replace" -> replace(value, arguments.only(name, "old", "new", "count"));
      case "indent" -> indent(value, arguments.only(name, "width", "first", "blank"));
      case "tojson" -> JsonText.of(value, arguments);
      case "default", "d" -> otherwise(value, arguments.only(name, "default_value", "boolean"));
      case "length", "count" -> Values.length(alone(value, name, arguments));
      case "int", "float", "abs", "round" -> NumberFilters.apply(name, value, arguments);
      case "list",
          "first",
          "last",
          "reverse",
          "join",
          "items",
          "dictsort",
          "sort",
          "unique",
          "min",
          "max",
          "sum",
          "map",
          "select",
          "reject",
          "selectattr",
          "rejectattr" ->
          SequenceFilters.apply(render, name, value, arguments);
      default -> {
        if (!UNSUPPORTED.contains(name)) {
          throw TemplateException.failed("there is no filter named '" + name + "'");
        }
        throw TemplateException.unsupported("the filter '" + name + "'");
      }
    };
  }

  private static Object alone(Object value, String name, Arguments arguments) {
    arguments.only("the filter " + name);
    return value;
  }

  private static String text(Object value, String name, Arguments arguments) {
    return Values.text(alone(value, name, arguments));
  }

  /** Unlike {@code str.title}, a word begins after spaces, hyphens and opening brackets only. */
  private static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean begins = true;
    for (int c : text.codePoints().toArray()) {
      String letter = Character.toString(c);
      boolean separates = "-({[<".indexOf(c) >= 0 || PythonText.isSpace(c);
      result.append(begins ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
      begins = separates;
    }
    return result.toString();
  }

  private static String replace(Object value, Arguments arguments) {
    String old = Values.text(arguments.need(0, "old"));
    String fresh = Values.text(arguments.need(1, "new"));
    Object count = arguments.or(2, "count", None.NONE);
    List<Object> passed = count == None.NONE ? List.of(old, fresh) : List.of(old, fresh, count);
    return StringMethods.replace(Values.text(value), new Arguments(passed, Map.of()));
  }

  private static String indent(Object value, Arguments arguments) {
    Object width = arguments.or(0, "width", 4L);
    String margin =
        width instanceof String given ? given : Operators.repeated(" ", Numbers.index(width));
    boolean first = Values.truthy(arguments.or(1, "first", false));
    boolean blank = Values.truthy(arguments.or(2, "blank", false));
    List<Object> lines = Splitting.lines(StringMethods.string(value) + "\n", Arguments.NONE);
    Output result = new Output();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      result.add(i == 0 ? "" : "\n");
      result.add(i == 0 ? (first ? margin : "") : (blank || !line.isEmpty() ? margin : ""));
      result.add(line);
    }
    return result.toString();
  }

  private static Object otherwise(Object value, Arguments arguments) {
    boolean emptyToo = Values.truthy(arguments.or(1, "boolean", false));
    return value instanceof Undefined || (emptyToo && !Values.truthy(value))
        ? arguments.or(0, "default_value", "")
        : value;
  }
}
