package io.gensweep.token.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Python's bool, int and float; an int beyond 64 bits is refused, not rounded. */
final class Numbers {
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
    if (base >= -1 && base <= 1) {
      return exponent == 0 ? 1L : exponent % 2 == 0 ? base * base : base;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
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
      return real.isNaN() ? "nan" : real > 0 ? "inf" : "-inf";
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
      BigDecimal rounded = exact.round(new java.math.MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == real) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new java.math.MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }
}
