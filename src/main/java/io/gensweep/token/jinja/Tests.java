package io.gensweep.token.jinja;

import static java.util.Map.entry;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** jinja2's tests: what may follow {@code is}. */
final class Tests {
  private interface Test {
    boolean holds(Rendering rendering, Object value, Arguments arguments);
  }

  private static final Map<String, Test> TESTS =
      Map.ofEntries(
          entry("boolean", kind(value -> value instanceof Boolean)),
          // jinja2's Undefined has a method for calls, which fails.
          entry("callable", kind(value -> value instanceof Callable || value instanceof Undefined)),
          entry("defined", kind(value -> !(value instanceof Undefined))),
          entry("divisibleby", (r, value, a) -> remainder(r, value, argument(a)).equals(0L)),
          entry("eq", compares("==")),
          entry("equalto", compares("==")),
          entry("==", compares("==")),
          entry("even", (r, value, a) -> remainder(r, value, 2L).equals(0L)),
          entry("false", kind(Boolean.FALSE::equals)),
          entry("float", kind(value -> value instanceof Double)),
          entry("ge", compares(">=")),
          entry(">=", compares(">=")),
          entry("greaterthan", compares(">")),
          entry("gt", compares(">")),
          entry(">", compares(">")),
          entry("in", (r, value, a) -> Operators.contains(r, argument(a), value)),
          entry("integer", kind(value -> value instanceof Long)),
          entry("iterable", kind(Values::isIterable)),
          entry("le", compares("<=")),
          entry("<=", compares("<=")),
          entry("lessthan", compares("<")),
          entry("lt", compares("<")),
          entry("<", compares("<")),
          entry("lower", (r, value, a) -> cased(Values.text(r.chargeDeep(value)), false)),
          entry("mapping", kind(value -> value instanceof Map)),
          entry("ne", compares("!=")),
          entry("!=", compares("!=")),
          entry("none", kind(value -> value == None.NONE)),
          entry("number", kind(Numbers::isNumber)),
          entry("odd", (r, value, a) -> remainder(r, value, 2L).equals(1L)),
          entry("sameas", (r, value, a) -> sameObject(value, argument(a))),
          entry("sequence", kind(Tests::isSequence)),
          entry("string", kind(value -> value instanceof String)),
          entry("true", kind(Boolean.TRUE::equals)),
          entry("undefined", kind(value -> value instanceof Undefined)),
          entry("upper", (r, value, a) -> cased(Values.text(r.chargeDeep(value)), true)));

  private static final Set<String> UNSUPPORTED = Set.of("escaped", "filter", "test");

  private Tests() {}

  private static Test kind(Predicate<Object> kind) {
    return (rendering, value, arguments) -> {
      arguments.only("the test");
      return kind.test(value);
    };
  }

  private static Test compares(String operator) {
    return (rendering, value, arguments) ->
        Operators.compares(rendering, value, operator, argument(arguments));
  }

  static boolean exists(String name) {
    return TESTS.containsKey(name) || UNSUPPORTED.contains(name);
  }

  static boolean holds(Rendering rendering, String name, Object value, Arguments arguments) {
    Test test = TESTS.get(name);
    if (test == null) {
      throw TemplateException.unsupported("the test '" + name + "'");
    }
    return test.holds(rendering, value, arguments);
  }

  private static Object argument(Arguments arguments) {
    List<Object> positional = arguments.positional();
    if (positional.size() != 1 || !arguments.named().isEmpty()) {
      throw TemplateException.failed("the test takes one argument");
    }
    return positional.get(0);
  }

  private static Object remainder(Rendering rendering, Object value, Object divisor) {
    return Operators.apply(rendering, value, "%", divisor);
  }

  private static boolean isSequence(Object value) {
    return value instanceof Series series ? series.isIndexed() : Values.isSized(value);
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
