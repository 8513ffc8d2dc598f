package io.gensweep.token.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;

/** The filters int, float, abs and round. */
final class NumberFilters {
  private static final int LONGEST = 1000;
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");
  private static final Pattern REAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  private NumberFilters() {}

  static Object apply(String name, Object value, Arguments arguments) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    return switch (name) {
      case "int" -> toInt(value, arguments.only(name, "default"));
      case "float" ->
          toReal(value)
              .map(real -> (Object) real)
              .orElseGet(() -> arguments.only(name, "default").or(0, "default", 0.0));
      case "abs" -> abs(value);
      default -> round(value, arguments.only(name, "precision"));
    };
  }

  private static Object toInt(Object value, Arguments arguments) {
    if (value instanceof Long || value instanceof Boolean) {
      return Numbers.index(value);
    }
    if (value instanceof String text
        && text.length() <= LONGEST
        && INTEGER.matcher(PythonText.strip(text)).matches()) {
      return Long.parseLong(PythonText.strip(text));
    }
    Optional<Double> real = toReal(value);
    if (real.isEmpty() || real.get().isNaN()) {
      return arguments.or(0, "default", 0L);
    }
    if (Math.abs(real.get()) > 1e18) {
      throw TemplateException.unsupported("an integer beyond 64 bits");
    }
    return (long) real.get().doubleValue();
  }

  private static Optional<Double> toReal(Object value) {
    if (Numbers.isNumber(value)) {
      return Optional.of(Numbers.real(value));
    }
    if (!(value instanceof String text)) {
      return Optional.empty();
    }
    if (text.length() > LONGEST) {
      throw TemplateException.tooLarge("a number of " + text.length() + " characters");
    }
    String digits = PythonText.strip(text);
    if (digits.matches("(?i)[+-]?(inf|infinity|nan)") || digits.contains("_")) {
      throw TemplateException.unsupported("the number '" + digits + "'");
    }
    return REAL.matcher(digits).matches()
        ? Optional.of(Double.parseDouble(digits))
        : Optional.empty();
  }

  private static Object abs(Object value) {
    if (!Numbers.isNumber(value)) {
      throw TemplateException.failed("abs of " + Values.typeName(value));
    }
    return Numbers.real(value) < 0 ? Numbers.signed(true, value) : Numbers.signed(false, value);
  }

  private static Object round(Object value, Arguments arguments) {
    long precision = Numbers.index(arguments.or(0, "precision", 0L));
    if (!(value instanceof Double real) || precision < 0 || real.isNaN() || real.isInfinite()) {
      throw TemplateException.unsupported("rounding " + Values.typeName(value));
    }
    return new BigDecimal(real)
        .setScale((int) Math.min(precision, 400), RoundingMode.HALF_EVEN)
        .doubleValue();
  }
}
