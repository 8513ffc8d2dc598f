package io.gensweep.sampling;

import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Checks of values whose messages name the key, the bound and the value. */
public final class Checks {
  private static final int LONGEST_SHOWN = 80;

  private Checks() {}

  /** Requires a rule; the message starts with the key, so that its section can go before. */
  public static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  static void require(boolean holds, String rule, Object was) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + shown(Objects.toString(was)));
    }
  }

  static void requireIn(double least, double most, String key, double was) {
    require(
        was >= least && was <= most,
        key + " must be in [" + bound(least) + ", " + bound(most) + "]",
        was);
  }

  static void requireIds(String key, Collection<Integer> ids) {
    require(ids.stream().allMatch(id -> id != null && id >= 0), key + " must hold ids >= 0", ids);
  }

  static void requireIdsBelow(int vocabSize, String key, Iterable<Integer> ids) {
    for (int id : ids) {
      require(id < vocabSize, key + " must hold ids < " + vocabSize + ", the vocabulary", id);
    }
  }

  private static String bound(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  /** The value for a message, shortened when long. */
  private static String shown(String was) {
    return was.length() <= LONGEST_SHOWN ? was : was.substring(0, LONGEST_SHOWN) + "...";
  }

  static void requireTexts(String key, List<String> texts) {
    require(
        texts.stream().allMatch(text -> text != null && !text.isEmpty()),
        key + " must hold texts that are not empty",
        texts.stream().map(text -> '"' + text + '"').toList());
  }
}
