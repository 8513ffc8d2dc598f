package io.gensweep.token.jinja;

import java.util.HashMap;
import java.util.Map;

/** What {@code namespace(...)} makes: the one thing that loops may write to. */
final class Namespace {
  private final Map<String, Object> attributes = new HashMap<>();

  Object read(String name) {
    Object value = attributes.get(name);
    return value == null ? new Undefined("namespace has no attribute '" + name + "'") : value;
  }

  void write(String name, Object value) {
    if (name.startsWith("_")) {
      throw TemplateException.failed(
          "chat templates cannot store '" + name + "' on a namespace: rename the attribute");
    }
    attributes.put(name, value);
  }
}
