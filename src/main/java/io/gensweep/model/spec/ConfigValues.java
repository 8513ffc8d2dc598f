package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The values of a {@code config.json} by the types that HF's config classes check: 64.0 and "64"
 * are no whole numbers, and null is a value only where a method says so.
 *
 * @param place of the object, for messages
 * @param read keys that were asked for: a reader knows what they mean
 */
record ConfigValues(JsonNode object, String place, Set<String> read) {
  static final String FILE = "config.json";

  static ConfigValues of(JsonNode config) {
    return new ConfigValues(config, FILE + ":", new HashSet<>());
  }

  /** An object within this one. */
  ConfigValues inner(String key, JsonNode inner) {
    return new ConfigValues(inner, place + " " + key + ":", new HashSet<>());
  }

  /** With a value of a key that is absent or null. */
  ConfigValues withDefault(String key, JsonNode value) {
    if (has(key)) {
      return this;
    }
    ObjectNode copy = object.deepCopy();
    copy.set(key, value);
    return new ConfigValues(copy, place, read);
  }

  /** The value as it is; missing where there is none. */
  JsonNode get(String key) {
    read.add(key);
    return object.path(key);
  }

  private JsonNode orMissing(String key) {
    JsonNode value = get(key);
    return value.isNull() ? MissingNode.getInstance() : value;
  }

  /** Whether the key is there and not null. */
  boolean has(String key) {
    return !orMissing(key).isMissingNode();
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** A count from 1 to 2^31 - 1. */
  int count(String key, int fallback) {
    JsonNode value = get(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw wrong(key, "a whole number from 1 to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  /** As {@link #count}, where null stands for the fallback. */
  int countOrNull(String key, int fallback) {
    return has(key) ? count(key, fallback) : fallback;
  }

  /** A whole number of at least 0; null stands for the fallback. */
  int wholeOrNull(String key, int fallback) {
    JsonNode value = orMissing(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw wrong(key, "a whole number from 0 to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  boolean flag(String key) {
    return flag(key, false);
  }

  boolean flag(String key, boolean fallback) {
    JsonNode value = get(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.booleanValue();
  }

  double positive(String key) {
    JsonNode value = get(key);
    double number = value.doubleValue();
    if (!value.isNumber() || !Double.isFinite(number) || !(number > 0)) {
      throw wrong(key, "a number above 0");
    }
    return number;
  }

  double positive(String key, double fallback) {
    return object.has(key) ? positive(key) : fallback;
  }

  /** As {@link #positive}, where null stands for the fallback. */
  double positiveOrNull(String key, double fallback) {
    return has(key) ? positive(key) : fallback;
  }

  /** As {@link #positive}, where null stands for none, which is 0. */
  double positiveOrNone(String key, double fallback) {
    return object.has(key) ? positiveOrNull(key, 0) : fallback;
  }

  /** Any finite number; null stands for the fallback. */
  double numberOrNull(String key, double fallback) {
    JsonNode value = orMissing(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(key, "a number");
    }
    return value.doubleValue();
  }

  /** A list of that many numbers above 0. */
  List<Double> positives(String key, int size) {
    JsonNode value = get(key);
    List<Double> numbers = new ArrayList<>();
    for (JsonNode item : value) {
      if (item.isNumber() && item.doubleValue() > 0 && Double.isFinite(item.doubleValue())) {
        numbers.add(item.doubleValue());
      }
    }
    if (!value.isArray() || value.size() != size || numbers.size() != size) {
      throw wrong(key, "a list of " + size + " numbers above 0");
    }
    return numbers;
  }

  /** A list of texts; null and absence are none. */
  List<String> texts(String key) {
    JsonNode value = orMissing(key);
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw wrong(key, "a list of texts");
      }
      texts.add(item.textValue());
    }
    if (!value.isMissingNode() && !value.isArray()) {
      throw wrong(key, "a list of texts");
    }
    return texts;
  }

  /** A list of whole numbers; null and absence are none. */
  List<Integer> wholes(String key) {
    JsonNode value = orMissing(key);
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isIntegralNumber() || !item.canConvertToInt()) {
        throw wrong(key, "a list of whole numbers");
      }
      numbers.add(item.intValue());
    }
    if (!value.isMissingNode() && !value.isArray()) {
      throw wrong(key, "a list of whole numbers");
    }
    return numbers;
  }

  String text(String key, String fallback) {
    JsonNode value = get(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isTextual()) {
      throw wrong(key, "a text");
    }
    return value.textValue();
  }

  JobError wrong(String key, String allowed) {
    return new JobError(
        place + " " + key + " must be " + allowed + ", was " + JsonFile.shown(object.path(key)));
  }
}
