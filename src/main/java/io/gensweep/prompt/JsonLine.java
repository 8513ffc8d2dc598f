package io.gensweep.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;

/** Executor. What Spark does not say of a line of JSON. */
final class JsonLine {
  // As lenient as Spark's own parser: what it refuses is an error row already.
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private JsonLine() {}

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
}
