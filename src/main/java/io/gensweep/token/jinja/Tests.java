package io.gensweep.token.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** jinja2's tests: what may follow {@code is}. */
final class Tests {
  private static final Set<String> SUPPORTED =
      Set.of(
          "boolean",
          "callable",
          "defined",
          "divisibleby",
          "eq",
          "equalto",
          "even",
          "false",
          "float",
          "ge",
          "greaterthan",
          "gt",
          "in",
          "integer",
          "iterable",
          "le",
          "lessthan",
          "lower",
          "lt",
          "mapping",
          "ne",
          "none",
          "number",
          "odd",
          "sameas",
          "sequence",
          "string",
          "true",
          "undefined",
          "upper");
  private static final Set<String> OPERATORS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> UNSUPPORTED = Set.of("escaped", "filter", "test");

  private Tests() {}

  static boolean exists(String name) {
    return SUPPORTED.contains(name) || UNSUPPORTED.contains(name);
  }

  static boolean holds(Render render, String name, Object value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "boolean" -> value instanceof Boolean;
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "number" -> Numbers.isNumber(value);
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      case "iterable" -> Values.isIterable(value);
      case "sequence" ->
          value instanceof Series series ? series.isIndexed() : Values.isSized(value);
      case "callable" -> value instanceof Callable;
      case "odd" -> remainder(render, value, 2L).equals(1L);
      case "even" -> remainder(render, value, 2L).equals(0L);
      case "divisibleby" -> remainder(render, value, argument(name, arguments)).equals(0L);
      case "eq", "equalto", "==" ->
          Operators.compares(render, value, "==", argument(name, arguments));
      case "ne", "!=" -> Operators.compares(render, value, "!=", argument(name, arguments));
      case "lt", "lessthan", "<" ->
          Operators.compares(render, value, "<", argument(name, arguments));
      case "le", "<=" -> Operators.compares(render, value, "<=", argument(name, arguments));
      case "gt", "greaterthan", ">" ->
          Operators.compares(render, value, ">", argument(name, arguments));
      case "ge", ">=" -> Operators.compares(render, value, ">=", argument(name, arguments));
      case "in" -> Operators.contains(render, argument(name, arguments), value);
      case "sameas" -> sameObject(value, argument(name, arguments));
      case "lower" -> cased(Values.text(render.walked(value)), false);
      case "upper" -> cased(Values.text(render.walked(value)), true);
      default -> {
        if (!exists(name) && !OPERATORS.contains(name)) {
          throw TemplateException.failed("there is no test named '" + name + "'");
        }
        throw TemplateException.unsupported("the test '" + name + "'");
      }
    };
  }

  private static Object argument(String name, Arguments arguments) {
    List<Object> positional = arguments.positional();
    if (positional.size() != 1 || !arguments.named().isEmpty()) {
      throw TemplateException.failed("the test '" + name + "' takes one argument");
    }
    return positional.get(0);
  }

  private static Object remainder(Render render, Object value, Object divisor) {
    return Operators.apply(render, value, "%", divisor);
  }

  /** Python's {@code is}: certain only where a value exists once. */
  private static boolean sameObject(Object left, Object right) {
    boolean single = left instanceof Boolean || left == None.NONE;
    boolean otherSingle = right instanceof Boolean || right == None.NONE;
    if (single || otherSingle) {
      return left.equals(right);
    }
    throw TemplateException.unsupported("'sameas' for anything but booleans and none");
  }

  /** {@code str.isupper} or {@code str.islower}: some letter has a case, and all have this one. */
  private static boolean cased(String text, boolean upper) {
    boolean found = false;
    for (int c : text.codePoints().toArray()) {
      boolean isUpper = Character.isUpperCase(c);
      boolean isLower = Character.isLowerCase(c);
      if (Character.isTitleCase(c) || (upper ? isLower : isUpper)) {
        return false;
      }
      found |= upper ? isUpper : isLower;
    }
    return found;
  }
}
