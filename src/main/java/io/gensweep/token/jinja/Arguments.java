package io.gensweep.token.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a call passes: by position, then by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The argument at that position or of that name, whichever was given. */
  Optional<Object> find(int index, String name) {
    if (index < positional.size()) {
      return Optional.of(positional.get(index));
    }
    return Optional.ofNullable(named.get(name));
  }

  Object or(int index, String name, Object otherwise) {
    return find(index, name).orElse(otherwise);
  }

  Object need(int index, String name) {
    return find(index, name)
        .orElseThrow(() -> TemplateException.failed("missing argument '" + name + "'"));
  }

  /** Refuses what the callee does not know, because leaving it out would change the text. */
  Arguments only(String callee, String... names) {
    if (positional.size() > names.length) {
      throw TemplateException.failed(
          callee + " takes at most " + names.length + " arguments, not " + positional.size());
    }
    for (String name : named.keySet()) {
      int index = List.of(names).indexOf(name);
      if (index < 0) {
        throw TemplateException.failed(callee + " has no argument '" + name + "'");
      }
      if (index < positional.size()) {
        throw TemplateException.failed(callee + " got '" + name + "' twice");
      }
    }
    return this;
  }

  Arguments withoutFirst(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }
}
