package io.gensweep.token.jinja;

import java.time.LocalDateTime;

/**
 * Plain Java. One rendering: its clock, and the limits that keep a hostile template from holding an
 * executor. Steps count statements and loop rounds; an expression is bounded by the template's
 * size.
 */
final class Render {
  static final int MAX_STEPS = 5_000_000;
  static final int MAX_CHARS = 1 << 24;
  static final int MAX_DEPTH = 64;
  static final int MAX_ITEMS = 1_000_000;

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
    if (++steps > MAX_STEPS) {
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
