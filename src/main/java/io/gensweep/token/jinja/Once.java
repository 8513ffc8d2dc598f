package io.gensweep.token.jinja;

import java.util.List;

/** A Python generator: always true, without a length, empty after its first walk. */
final class Once {
  private List<Object> items;

  Once(List<Object> items) {
    this.items = items;
  }

  List<Object> take() {
    List<Object> taken = items;
    items = List.of();
    return taken;
  }
}
