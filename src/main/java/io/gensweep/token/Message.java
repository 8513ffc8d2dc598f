package io.gensweep.token;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A message of a conversation: its role, its content, and other fields that a template may read,
 * such as tool calls.
 *
 * @param fields the role first; the content is text or a list of parts, or absent. Values are text,
 *     booleans, whole numbers, doubles, lists and maps, and an empty Optional for None
 */
public record Message(Map<String, Object> fields) {
  private static final String ROLE = "role";
  private static final String CONTENT = "content";
  static final String TEXT = "text";

  public Message {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    if (!(fields.get(ROLE) instanceof String role) || role.isEmpty()) {
      throw new IllegalArgumentException("role must not be empty");
    }
  }

  public Message(String role, String content) {
    this(ordered(ROLE, role, CONTENT, content));
  }

  /** Makes a content part of type text. */
  public static Map<String, Object> part(String text) {
    return ordered("type", TEXT, TEXT, text);
  }

  public String role() {
    return (String) fields.get(ROLE);
  }

  /** Whether the content is a list of parts. */
  boolean hasParts() {
    return fields.get(CONTENT) instanceof List;
  }

  /** Copies the message, with the text parts of its content joined by spaces. */
  Message joined() {
    if (!(fields.get(CONTENT) instanceof List<?> parts)) {
      return this;
    }
    return with(
        CONTENT,
        parts.stream()
            .map(part -> String.valueOf(((Map<?, ?>) part).get(TEXT)))
            .collect(Collectors.joining(" ")));
  }

  /** Copies the message with another value of a field. */
  Message with(String field, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(fields);
    changed.put(field, value);
    return new Message(changed);
  }

  /** Copies the message with every text in it changed. */
  Message each(UnaryOperator<String> change) {
    Map<String, Object> changed = new LinkedHashMap<>();
    fields.forEach((name, value) -> changed.put(name, changed(value, change)));
    return new Message(changed);
  }

  /** The number of characters of all its texts. */
  public long chars() {
    long[] sum = {0};
    var unused =
        each(
            text -> {
              sum[0] += text.length();
              return text;
            });
    return sum[0];
  }

  private static Object changed(Object value, UnaryOperator<String> change) {
    if (value instanceof String text) {
      return change.apply(text);
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(changed(item, change)));
      return items;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> items = new LinkedHashMap<>();
      map.forEach((key, item) -> items.put(changed(key, change), changed(item, change)));
      return items;
    }
    return value;
  }

  private static Map<String, Object> ordered(
      String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(first, firstValue);
    map.put(second, secondValue);
    return map;
  }
}
