package io.gensweep.token.jinja;

import java.util.List;

/** Python's read-only sequences and dict views; a Python list is a java.util.List. */
record Series(Kind kind, List<Object> items) {
  enum Kind {
    TUPLE,
    RANGE,
    DICT_KEYS,
    DICT_VALUES,
    DICT_ITEMS
  }

  static Series tuple(List<Object> items) {
    return new Series(Kind.TUPLE, items);
  }

  boolean isTuple() {
    return kind == Kind.TUPLE;
  }

  /** Dict views know their length but have no positions. */
  boolean isIndexed() {
    return kind == Kind.TUPLE || kind == Kind.RANGE;
  }
}
