package io.gensweep.token.jinja;

import java.time.LocalDateTime;
import java.util.List;

/**
 * Plain Java. One rendering: its clock, and the limits that keep a hostile template from holding an
 * executor. Steps count statements, loop rounds and the length of values; the number of values in
 * an expression is bounded by the template's size.
 */
final class Render {
  static final int MAX_STEPS = 5_000_000;
  static final int MAX_CHARS = 1 << 24;
  static final int MAX_DEPTH = 64;
  static final int MAX_ITEMS = 1_000_000;
  private static final int CHARS_PER_STEP = 1024;
  private static final int ITEMS_PER_STEP = 16;

  private final LocalDateTime now;
  private int steps;
  private int depth;

  Render(LocalDateTime now) {
    this.now = now;
  }

  LocalDateTime now() {
    return now;
  }

  void step() {
    spend(1);
  }

  /** A value that an expression reads or makes; a long one takes the time of many steps. */
  Object weighed(Object value) {
    if (value instanceof String text) {
      spend(text.length() / CHARS_PER_STEP);
    } else if (value instanceof List<?> list) {
      spend(list.size() / ITEMS_PER_STEP);
    } else if (value instanceof Series series) {
      spend(series.items().size() / ITEMS_PER_STEP);
    }
    return value;
  }

  private void spend(int more) {
    steps += more;
    if (steps > MAX_STEPS) {
      throw TemplateException.tooLarge("rendering took more than " + MAX_STEPS + " steps");
    }
  }

  void enter() {
    if (++depth > MAX_DEPTH) {
      throw TemplateException.tooLarge("macros call each other more than " + MAX_DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }

  static void checkChars(long chars) {
    if (chars > MAX_CHARS) {
      throw TemplateException.tooLarge(
          "a text of " + chars + " characters is over the limit of " + MAX_CHARS);
    }
  }

  static void checkItems(long items) {
    if (items > MAX_ITEMS) {
      throw TemplateException.tooLarge(
          "a list of " + items + " items is over the limit of " + MAX_ITEMS);
    }
  }
}
