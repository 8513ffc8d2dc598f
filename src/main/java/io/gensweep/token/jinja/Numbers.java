package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.TokenStream.Token;
import io.gensweep.token.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;

/** Python's bool, int and float; an int beyond 64 bits is refused, not rounded. */
final class Numbers {
  private static final int LONGEST = 1000;
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");
  private static final Pattern REAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  private Numbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static Object literal(Token token) {
    String digits = token.text().replace("_", "");
    if (token.kind() == Token.Kind.FLOAT) {
      return Double.parseDouble(digits);
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException tooLong) {
      throw TemplateException.unsupported("an integer as large as " + digits);
    }
  }

  static double real(Object number) {
    return number instanceof Double real ? real : (double) whole(number);
  }

  private static long whole(Object number) {
    if (number instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    return (Long) number;
  }

  static int compare(Object left, Object right) {
    if (!(left instanceof Double) && !(right instanceof Double)) {
      return Long.compare(whole(left), whole(right));
    }
    if (!Double.isFinite(real(left)) || !Double.isFinite(real(right))) {
      throw TemplateException.unsupported("comparing infinity or nan");
    }
    return new BigDecimal(real(left)).compareTo(new BigDecimal(real(right)));
  }

  /** A position in a list or string. */
  static long index(Object value) {
    if (value instanceof Long || value instanceof Boolean) {
      return whole(value);
    }
    throw TemplateException.failed("a position must be an int, not " + Values.typeName(value));
  }

  static Object signed(boolean negative, Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!isNumber(value)) {
      throw TemplateException.failed("a sign before " + Values.typeName(value));
    }
    if (value instanceof Double real) {
      return negative ? -real : real;
    }
    if (negative && whole(value) == Long.MIN_VALUE) {
      throw beyond64Bits();
    }
    return negative ? -whole(value) : whole(value);
  }

  static Object calculate(Object left, String operator, Object right) {
    try {
      if (left instanceof Double || right instanceof Double || operator.equals("/")) {
        return calculate(real(left), operator, real(right));
      }
      return calculate(whole(left), operator, whole(right));
    } catch (ArithmeticException tooLong) {
      throw beyond64Bits();
    }
  }

  private static TemplateException beyond64Bits() {
    return TemplateException.unsupported("an integer beyond 64 bits");
  }

  private static Object calculate(long left, String operator, long right) {
    return switch (operator) {
      case "+" -> Math.addExact(left, right);
      case "-" -> Math.subtractExact(left, right);
      case "*" -> Math.multiplyExact(left, right);
      case "//" ->
          right == -1 ? Math.negateExact(left) : (Long) Math.floorDiv(left, divisor(right));
      case "%" -> Math.floorMod(left, divisor(right));
      default -> power(left, right);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent < 0) {
      throw TemplateException.unsupported("a negative power");
    }
    // Powers of -1, 0 and 1 repeat; others leave 64 bits soon.
    boolean repeats = base >= -1 && base <= 1;
    long times = repeats ? Math.min(exponent, 2 - exponent % 2) : exponent;
    long power = 1;
    for (long i = 0; i < times; i++) {
      power = Math.multiplyExact(power, base);
    }
    return power;
  }

  private static Object calculate(double left, String operator, double right) {
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / divisor(right);
      default -> throw TemplateException.unsupported("the operator " + operator + " on floats");
    };
  }

  private static long divisor(long divisor) {
    if (divisor == 0) {
      throw divisionByZero();
    }
    return divisor;
  }

  private static double divisor(double divisor) {
    if (divisor == 0) {
      throw divisionByZero();
    }
    return divisor;
  }

  private static TemplateException divisionByZero() {
    return TemplateException.failed("division by zero");
  }

  /** Python's shortest text that reads back as the same number. */
  static String text(Object number) {
    if (!(number instanceof Double real)) {
      return String.valueOf(whole(number));
    }
    if (real.isNaN() || real.isInfinite()) {
      return Double.toString(real).replace("Infinity", "inf").replace("NaN", "nan");
    }
    if (real == 0) {
      return 1 / real < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = shortest(real);
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = decimal.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = decimal.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return (real < 0 ? "-" : "")
        + mantissa
        + "e"
        + (exponent < 0 ? "-" : "+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  /** Java's own text is not always the shortest one, so fewer digits are tried first. */
  private static BigDecimal shortest(double real) {
    BigDecimal exact = new BigDecimal(real);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == real) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }

  /** The filters int, float, abs and round. */
  static Object filter(String name, Object value, Arguments arguments) {
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
      return index(value);
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
    if (isNumber(value)) {
      return Optional.of(real(value));
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
    if (!isNumber(value)) {
      throw TemplateException.failed("abs of " + Values.typeName(value));
    }
    return real(value) < 0 ? signed(true, value) : signed(false, value);
  }

  private static Object round(Object value, Arguments arguments) {
    long precision = index(arguments.or(0, "precision", 0L));
    if (!(value instanceof Double real) || precision < 0 || real.isNaN() || real.isInfinite()) {
      throw TemplateException.unsupported("rounding " + Values.typeName(value));
    }
    return new BigDecimal(real)
        .setScale((int) Math.min(precision, 400), RoundingMode.HALF_EVEN)
        .doubleValue();
  }
}
