package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The keys and values of a GGUF file. Single values are in memory; arrays are read when asked for.
 */
record Metadata(Path file, Map<String, JsonNode> values, Map<String, StoredArray> arrays) {
  private static final Set<ValueType> WHOLE =
      Set.of(
          ValueType.UINT8,
          ValueType.INT8,
          ValueType.UINT16,
          ValueType.INT16,
          ValueType.UINT32,
          ValueType.INT32,
          ValueType.UINT64,
          ValueType.INT64);
  private static final Set<ValueType> DECIMAL = Set.of(ValueType.FLOAT32, ValueType.FLOAT64);

  Metadata {
    values = Map.copyOf(values);
    arrays = Map.copyOf(arrays);
  }

  /** Reads so many keys with their values. */
  static Metadata read(HeaderReader in, Path file, int count) {
    Map<String, JsonNode> values = new HashMap<>();
    Map<String, StoredArray> arrays = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String key = in.text();
      String shown = JsonFile.shown(key);
      if (values.containsKey(key) || arrays.containsKey(key)) {
        throw in.wrong("has the key " + shown + " twice");
      }
      ValueType type = ValueType.read(in, shown);
      if (type == ValueType.ARRAY) {
        arrays.put(key, StoredArray.read(in, shown));
      } else {
        values.put(key, type.read(in));
      }
    }
    return new Metadata(file, values, arrays);
  }

  boolean has(String key) {
    return values.containsKey(key) || arrays.containsKey(key);
  }

  boolean isArray(String key) {
    return arrays.containsKey(key);
  }

  Optional<String> text(String key) {
    return value(key, "a text", JsonNode::isTextual).map(JsonNode::textValue);
  }

  Optional<Boolean> flag(String key) {
    return value(key, "true or false", JsonNode::isBoolean).map(JsonNode::booleanValue);
  }

  Optional<Double> number(String key) {
    return value(key, "a finite number", v -> v.isNumber() && Double.isFinite(v.doubleValue()))
        .map(JsonNode::doubleValue);
  }

  /** A whole number from 0. */
  OptionalInt count(String key) {
    return value(
            key,
            "a whole number from 0 to 2^31-1",
            v -> v.isIntegralNumber() && v.canConvertToInt() && v.intValue() >= 0)
        .map(v -> OptionalInt.of(v.intValue()))
        .orElse(OptionalInt.empty());
  }

  int requiredCount(String key) {
    return count(key).orElseThrow(() -> wrong("has no " + key));
  }

  String requiredText(String key) {
    return text(key).orElseThrow(() -> wrong("has no " + key));
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    each(key, Set.of(ValueType.STRING), "texts", value -> texts.add(value.textValue()));
    return texts;
  }

  int[] wholeNumbers(String key) {
    List<Integer> numbers = new ArrayList<>();
    each(key, WHOLE, "whole numbers", value -> numbers.add(value.intValue()));
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  double[] decimals(String key) {
    List<Double> numbers = new ArrayList<>();
    each(key, DECIMAL, "numbers with a point", value -> numbers.add(value.doubleValue()));
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  boolean[] flags(String key) {
    List<Boolean> flags = new ArrayList<>();
    each(key, Set.of(ValueType.BOOL), "flags", value -> flags.add(value.booleanValue()));
    boolean[] all = new boolean[flags.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = flags.get(i);
    }
    return all;
  }

  JobError wrong(String what) {
    return new JobError("model.path: " + file + " " + what);
  }

  private Optional<JsonNode> value(String key, String allowed, Predicate<JsonNode> fits) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = values.getOrDefault(key, MissingNode.getInstance());
    if (!fits.test(value)) {
      throw wrong(
          "has a "
              + key
              + " that must be "
              + allowed
              + ", was "
              + (isArray(key) ? "an array" : JsonFile.shown(value)));
    }
    return Optional.of(value);
  }

  /** Reads an array, which must be there, from the file. */
  private void each(
      String key, Set<ValueType> types, String allowed, Consumer<JsonNode> collector) {
    StoredArray array = arrays.get(key);
    if (array == null || !types.contains(array.type())) {
      throw wrong("must have an array of " + allowed + " as " + key);
    }
    try (HeaderReader in = new HeaderReader(file, array.position())) {
      for (int i = 0; i < array.count(); i++) {
        collector.accept(array.type().read(in));
      }
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
