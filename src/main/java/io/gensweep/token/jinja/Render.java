package io.gensweep.token.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/**
 * One rendering: its clock, and the limits that keep a hostile template from holding an executor.
 * All work is counted by one measure, characters that are looked at, and charged before it is done
 * where sizes tell it: a single call on long texts is out of reach of any other stop.
 */
final class Render {
  /** Characters looked at, each some nanoseconds. */
  static final long MAX_WORK = 1L << 27;

  /** What a statement or a round of a loop takes beside what it does to texts. */
  private static final int STEP = 25;

  /** What a value takes: a name, a constant, an item of a list. */
  private static final int VALUE = 8;

  /** A character that becomes a text of its own. */
  private static final int LETTER = 8;

  /** Characters, and items, that are copied in the time that one is looked at. */
  private static final int COPIED = 16;

  static final int MAX_CHARS = 1 << 24;
  static final int MAX_DEPTH = 64;
  static final int MAX_ITEMS = 1_000_000;

  /**
   * The last resort, on a machine that needs it: where it stops a rendering depends on the machine.
   */
  private static final long MAX_NANOS = 30_000_000_000L;

  private static final long WORK_BETWEEN_LOOKS = 1 << 22;

  private final LocalDateTime now;
  private final long start = System.nanoTime();
  private long work;
  private long nextLook = WORK_BETWEEN_LOOKS;
  private int depth;
  private int line = 1;

  Render(LocalDateTime now) {
    this.now = now;
  }

  LocalDateTime now() {
    return now;
  }

  /** Of the statement that runs. */
  int line() {
    return line;
  }

  void step() {
    spend(STEP);
  }

  void stepTo(int newLine) {
    line = newLine;
    step();
  }

  /** So many characters are about to be read, made or compared. */
  void spend(long characters) {
    work += characters;
    if (work > MAX_WORK) {
      throw TemplateException.tooLarge(
          "rendering took more than the work of " + MAX_WORK + " characters");
    }
    if (work > nextLook) {
      nextLook = work + WORK_BETWEEN_LOOKS;
      if (System.nanoTime() - start > MAX_NANOS) {
        throw TemplateException.tooLarge("rendering took more than 30 s");
      }
    }
  }

  /** A name or constant of an expression. */
  void read() {
    spend(VALUE);
  }

  /** A value was copied or made of others; gives it back. */
  <T> T made(T value) {
    spend(VALUE + size(value) / COPIED);
    return value;
  }

  /** A value is about to be gone through, its items not looked into; gives it back. */
  Object touched(Object value) {
    spend(VALUE + size(value));
    return value;
  }

  /** A value is about to be cut into its items; gives it back. */
  Object iterated(Object value) {
    spend(VALUE + size(value) * LETTER);
    return value;
  }

  /** A value is about to be gone through with all that is in it; gives it back. */
  Object walked(Object value) {
    walk(value, 0);
    return value;
  }

  private void walk(Object value, int nesting) {
    Values.checkDepth(nesting);
    spend(VALUE + size(value));
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        spend(size(entry.getKey()));
        walk(entry.getValue(), nesting + 1);
      }
    } else if (value instanceof List<?> || value instanceof Series) {
      for (Object item : Values.iterate(value)) {
        walk(item, nesting + 1);
      }
    }
  }

  private static long size(Object value) {
    if (value instanceof String text) {
      return text.length();
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    return value instanceof Series series ? series.items().size() : 0;
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
