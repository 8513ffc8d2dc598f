package io.gensweep.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Executor. Finds what Spark would silently lose of a line of JSON. */
final class JsonLine {
  // As lenient as Spark's own parser: what it refuses is an error row already.
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private JsonLine() {}

  /** Returns the start of a line, for an error. */
  static String shown(String line) {
    return line.substring(0, Math.min(PromptReader.LINE_SHOWN, line.length()));
  }

  /** Whether anything follows the first value, which is all that Spark reads of a line. */
  static boolean hasMore(String line) {
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
   * Finds whole numbers that a fraction of 64 bits does not hold, the first at each path of field
   * names; an element of a list has the name of the list.
   *
   * @param columns to look into
   */
  static Map<List<String>, BigInteger> inexact(String line, Set<String> columns) {
    Map<List<String>, BigInteger> found = new HashMap<>();
    if (columns.isEmpty()) {
      return found;
    }
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (columns.contains(name)) {
            inexact(parser, List.of(name), found);
          } else {
            parser.skipChildren();
          }
        }
      }
      return found;
    } catch (IOException noJson) {
      // An error row, of which nothing is kept.
      return Map.of();
    }
  }

  /** Looks into the value at the parser, which ends behind it. */
  private static void inexact(
      JsonParser parser, List<String> path, Map<List<String>, BigInteger> found)
      throws IOException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        inexact(parser, path, found);
      }
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        List<String> field = new ArrayList<>(path);
        field.add(parser.currentName());
        parser.nextToken();
        inexact(parser, field, found);
      }
    } else if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      BigInteger number = parser.getBigIntegerValue();
      if (!isExact(number)) {
        found.putIfAbsent(List.copyOf(path), number);
      }
    }
  }

  private static boolean isExact(BigInteger number) {
    double held = number.doubleValue();
    return Double.isFinite(held) && new BigDecimal(held).compareTo(new BigDecimal(number)) == 0;
  }
}
