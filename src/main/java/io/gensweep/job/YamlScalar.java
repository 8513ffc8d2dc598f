package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Reads YAML scalars by the core schema of YAML 1.2 (section 10.3.2).
 *
 * <p>Its forerunner 1.1 would make a yes/no of {@code no}, 8 of {@code 010} and a text of {@code
 * 1e-3}.
 */
final class YamlScalar {
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
  private static final Set<String> NAN = Set.of(".nan", ".NaN", ".NAN");
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern INFINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)");

  private YamlScalar() {}

  static JsonNode node(ScalarEvent scalar) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    String text = scalar.getValue();
    if (!scalar.isPlain()) {
      return nodes.textNode(text);
    }
    if (NULL.contains(text)) {
      return nodes.nullNode();
    }
    if (TRUE.contains(text) || FALSE.contains(text)) {
      return nodes.booleanNode(TRUE.contains(text));
    }
    if (INTEGER.matcher(text).matches()) {
      return integer(text);
    }
    if (FLOAT.matcher(text).matches()) {
      return nodes.numberNode(Double.parseDouble(text));
    }
    if (NAN.contains(text)) {
      return nodes.numberNode(Double.NaN);
    }
    if (INFINITE.matcher(text).matches()) {
      return nodes.numberNode(
          text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return nodes.textNode(text);
  }

  /** In the smallest of int, long and BigInteger, as Jackson reads JSON. */
  private static JsonNode integer(String text) {
    // A BigInteger takes time in the square of its digits; no setting has this many.
    if (text.length() > 400) {
      return JsonNodeFactory.instance.textNode(text);
    }
    BigInteger value = new BigInteger(text);
    if (value.bitLength() < Integer.SIZE) {
      return JsonNodeFactory.instance.numberNode(value.intValue());
    }
    return value.bitLength() < Long.SIZE
        ? JsonNodeFactory.instance.numberNode(value.longValue())
        : JsonNodeFactory.instance.numberNode(value);
  }
}
