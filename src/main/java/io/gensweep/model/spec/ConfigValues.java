package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;

/**
 * The values of a {@code config.json} by the types that HF's {@code LlamaConfig} checks: 64.0 and
 * "64" are no whole numbers, and null is a value only where a method says so.
 *
 * @param place of the object, for messages
 */
record ConfigValues(JsonNode object, String place) {
  static final String FILE = "config.json";

  static ConfigValues of(JsonNode config) {
    return new ConfigValues(config, FILE + ":");
  }

  /** A count from 1 to 2^31 - 1. */
  int count(String key, int fallback) {
    JsonNode value = object.path(key);
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
    return object.path(key).isNull() ? fallback : count(key, fallback);
  }

  boolean flag(String key) {
    JsonNode value = object.path(key);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.booleanValue();
  }

  double positive(String key) {
    JsonNode value = object.path(key);
    double number = value.doubleValue();
    if (!value.isNumber() || !Double.isFinite(number) || !(number > 0)) {
      throw wrong(key, "a number above 0");
    }
    return number;
  }

  double positive(String key, double fallback) {
    return object.has(key) ? positive(key) : fallback;
  }

  String text(String key, String fallback) {
    JsonNode value = object.path(key);
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
