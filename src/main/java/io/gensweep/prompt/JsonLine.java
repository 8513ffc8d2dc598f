package io.gensweep.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Executor. Finds errors in a line of JSON that Spark ignores. */
final class JsonLine {
  // As lenient as Spark's own parser: what it refuses is an error row already.
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private JsonLine() {}

  /**
   * Describes what Spark would lose of a line, with the start of the line and a remedy.
   *
   * @param kept the columns whose values go into the output
   */
  static Optional<String> loss(String line, StructType kept) {
    if (hasMore(line)) {
      return Optional.of(
          "a line has more than one record, or something after it, which would be lost: %s. Put each record on a line of its own"
              .formatted(shown(line)));
    }
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      return inexact(parser, kept)
          .map(
              number ->
                  "the number %s is kept in a column of fractions, which would change it: %s. Write it as text"
                      .formatted(number, shown(line)));
    } catch (IOException noJson) {
      return Optional.empty();
    }
  }

  private static String shown(String line) {
    return line.substring(0, Math.min(PromptReader.LINE_SHOWN, line.length()));
  }

  /** Whether anything follows the first value, which is all that Spark reads of a line. */
  private static boolean hasMore(String line) {
    boolean whole = false;
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      whole = true;
      return parser.nextToken() != null;
    } catch (IOException noJson) {
      return whole;
    }
  }

  /**
   * Finds the first whole number that its column's type would change; leaves the parser after the
   * value.
   */
  private static Optional<BigInteger> inexact(JsonParser parser, DataType type) throws IOException {
    if (type instanceof StructType struct && parser.currentToken() == JsonToken.START_OBJECT) {
      return inexactField(parser, struct);
    }
    if (type instanceof ArrayType array && parser.currentToken() == JsonToken.START_ARRAY) {
      Optional<BigInteger> first = Optional.empty();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        Optional<BigInteger> found = inexact(parser, array.elementType());
        first = first.or(() -> found);
      }
      return first;
    }
    if (type instanceof DoubleType && parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      BigInteger number = parser.getBigIntegerValue();
      double held = number.doubleValue();
      boolean exact =
          Double.isFinite(held) && new BigDecimal(held).compareTo(new BigDecimal(number)) == 0;
      return exact ? Optional.empty() : Optional.of(number);
    }
    parser.skipChildren();
    return Optional.empty();
  }

  private static Optional<BigInteger> inexactField(JsonParser parser, StructType struct)
      throws IOException {
    Optional<BigInteger> first = Optional.empty();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Optional<BigInteger> found = Optional.empty();
      boolean known = false;
      for (StructField field : struct.fields()) {
        if (!known && field.name().equals(name)) {
          known = true;
          found = inexact(parser, field.dataType());
        }
      }
      if (!known) {
        parser.skipChildren();
      }
      Optional<BigInteger> here = found;
      first = first.or(() -> here);
    }
    return first;
  }
}
