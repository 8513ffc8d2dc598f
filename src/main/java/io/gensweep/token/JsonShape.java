package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Driver and executor. The expected shape of a JSON value. A file with a value of another shape is
 * refused, with the place of that value, before anything reads it.
 */
@FunctionalInterface
interface JsonShape {
  /** Deepest nesting allowed, so that recursion over a value cannot overflow the stack. */
  int DEEPEST = 64;

  JsonShape TEXT = of("a text", JsonNode::isTextual);
  JsonShape BOOLEAN = of("true or false", JsonNode::isBoolean);
  JsonShape NUMBER = of("a number", v -> v.isNumber() && Double.isFinite(v.doubleValue()));
  JsonShape CHARACTER =
      of(
          "a single character",
          v -> v.isTextual() && v.textValue().codePointCount(0, v.textValue().length()) == 1);

  /**
   * Checks a value and everything in it.
   *
   * @throws IllegalArgumentException that names the place, what must be there and what is
   */
  void check(JsonNode value, JsonPlace place);

  /** The shape of a value without parts. */
  static JsonShape of(String wanted, java.util.function.Predicate<JsonNode> holds) {
    return (value, place) -> {
      if (!holds.test(value)) {
        throw wrong(place, "must be " + wanted, value);
      }
    };
  }

  static JsonShape integer(long least, long most) {
    return of(
        "a whole number from " + least + " to " + most,
        v ->
            v.isIntegralNumber()
                && v.canConvertToLong()
                && v.longValue() >= least
                && v.longValue() <= most);
  }

  static JsonShape oneOf(String... texts) {
    List<String> allowed = List.of(texts);
    return of("one of " + allowed, v -> v.isTextual() && allowed.contains(v.textValue()));
  }

  default JsonShape orNull() {
    return (value, place) -> {
      if (!value.isNull()) {
        check(value, place);
      }
    };
  }

  /** A list of values of this shape. */
  default JsonShape listed() {
    return (value, place) -> {
      if (!value.isArray()) {
        throw wrong(place, "must be a list", value);
      }
      for (int i = 0; i < value.size(); i++) {
        deeper(this, value.get(i), place.at(i));
      }
    };
  }

  /** An object whose values have this shape. */
  default JsonShape named() {
    return (value, place) -> {
      requireObject(value, place);
      value.fields().forEachRemaining(e -> deeper(this, e.getValue(), place.at(e.getKey())));
    };
  }

  /** A list with exactly these parts. */
  static JsonShape tuple(JsonShape... parts) {
    return (value, place) -> {
      if (!value.isArray() || value.size() != parts.length) {
        throw wrong(place, "must be a list of " + parts.length + " values", value);
      }
      for (int i = 0; i < parts.length; i++) {
        deeper(parts[i], value.get(i), place.at(i));
      }
    };
  }

  /** An object with these fields; other fields are ignored, as the tokenizers library does. */
  static JsonShape fields(Map<String, JsonShape> needed, Map<String, JsonShape> optional) {
    return (value, place) -> {
      requireObject(value, place);
      needed.forEach(
          (name, shape) -> {
            if (!value.has(name)) {
              throw new IllegalArgumentException("%s has no %s".formatted(named(place), name));
            }
            deeper(shape, value.get(name), place.at(name));
          });
      optional.forEach(
          (name, shape) -> {
            if (value.has(name)) {
              deeper(shape, value.get(name), place.at(name));
            }
          });
    };
  }

  /** An object whose field named type selects one of these shapes. */
  static JsonShape typed(Map<String, JsonShape> types) {
    return (value, place) -> {
      requireObject(value, place);
      JsonNode type = value.path("type");
      JsonShape shape =
          Optional.ofNullable(types.get(type.asText()))
              .orElseThrow(
                  () ->
                      wrong(
                          place.at("type"),
                          "must be one of " + types.keySet().stream().sorted().toList(),
                          type));
      shape.check(value, place);
    };
  }

  private static void deeper(JsonShape shape, JsonNode value, JsonPlace place) {
    if (place.depth() > DEEPEST) {
      throw new IllegalArgumentException(
          named(place) + " is nested more than " + DEEPEST + " deep");
    }
    shape.check(value, place);
  }

  private static void requireObject(JsonNode value, JsonPlace place) {
    if (!value.isObject()) {
      throw wrong(place, "must be an object", value);
    }
  }

  private static String named(JsonPlace place) {
    return place.depth() == 0 ? "the file" : Printable.cut(place.toString(), 160);
  }

  /** The error for a wrong value, which it shows as JSON, shortened when long. */
  static IllegalArgumentException wrong(JsonPlace place, String wanted, JsonNode value) {
    String found =
        switch (value.getNodeType()) {
          case OBJECT -> "an object";
          case ARRAY -> "a list of " + value.size();
          case MISSING -> "absent";
          default -> Printable.cut(value.toString(), 60);
        };
    return new IllegalArgumentException(named(place) + " " + wanted + ", was " + found);
  }
}
