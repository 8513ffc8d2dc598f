package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Values.Series;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/**
 * The clock and the budget of one rendering; the budget keeps a hostile template from occupying an
 * executor. Work has one unit, a character looked at, and is charged before it is done wherever the
 * sizes of the values tell it, because a single call on long texts cannot be interrupted.
 */
final class Rendering {
  /** In characters looked at, each of which takes some nanoseconds. */
  static final long MAX_WORK = 1L << 27;

  /** Cost of a statement or of a round of a loop, beside what it does to texts. */
  private static final int STEP = 25;

  /** Cost of a value: a name, a constant, an item of a list. */
  private static final int VALUE = 8;

  /** Cost of a character that becomes a text of its own. */
  private static final int LETTER = 8;

  /** Characters or items that are copied in the time that one character is looked at. */
  private static final int COPIED = 16;

  static final int MAX_CHARS = 1 << 24;
  static final int MAX_DEPTH = 64;
  static final int MAX_ITEMS = 1_000_000;

  /** The last resort, on slow machines: where it stops a rendering depends on the machine. */
  private static final long MAX_NANOS = 30_000_000_000L;

  private static final long WORK_BETWEEN_CLOCK_READS = 1 << 22;

  private final LocalDateTime now;
  private final long start = System.nanoTime();
  private long work;
  private long nextClockRead = WORK_BETWEEN_CLOCK_READS;
  private int depth;
  private int line = 1;

  Rendering(LocalDateTime now) {
    this.now = now;
  }

  LocalDateTime now() {
    return now;
  }

  /** The line of the statement that runs. */
  int line() {
    return line;
  }

  void chargeStep() {
    spend(STEP);
  }

  void stepTo(int newLine) {
    line = newLine;
    chargeStep();
  }

  /** Charges for characters that are about to be read, made or compared. */
  void spend(long characters) {
    work += characters;
    if (work > MAX_WORK) {
      throw TemplateException.tooLarge(
          "rendering took more than the work of " + MAX_WORK + " characters");
    }
    if (work > nextClockRead) {
      nextClockRead = work + WORK_BETWEEN_CLOCK_READS;
      if (System.nanoTime() - start > MAX_NANOS) {
        throw TemplateException.tooLarge("rendering took more than 30 s");
      }
    }
  }

  /** Charges for a name or constant of an expression. */
  void chargeName() {
    spend(VALUE);
  }

  /** Charges for a value that was copied or made of others; returns it. */
  <T> T chargeCopy(T value) {
    spend(VALUE + size(value) / COPIED);
    return value;
  }

  /** Charges for a pass over a value that does not look into its items; returns it. */
  Object chargeScan(Object value) {
    spend(VALUE + size(value));
    return value;
  }

  /** Charges for dividing a value into its items; returns it. */
  Object chargeItems(Object value) {
    spend(VALUE + size(value) * LETTER);
    return value;
  }

  /** Charges for a pass over a value and all that is in it; returns it. */
  Object chargeDeep(Object value) {
    chargeNested(value, 0);
    return value;
  }

  private void chargeNested(Object value, int nesting) {
    Values.checkDepth(nesting);
    spend(VALUE + size(value));
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        spend(size(entry.getKey()));
        chargeNested(entry.getValue(), nesting + 1);
      }
    } else if (value instanceof List<?> || value instanceof Series) {
      for (Object item : Values.iterate(value)) {
        chargeNested(item, nesting + 1);
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

  /** Rendered text that refuses to grow without end. */
  static final class Output {
    private final StringBuilder text = new StringBuilder();

    void add(String more) {
      checkChars((long) text.length() + more.length());
      text.append(more);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
