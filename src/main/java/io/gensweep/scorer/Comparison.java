package io.gensweep.scorer;

import java.util.Locale;
import java.util.regex.Pattern;

/** How an extracted answer is compared with a reference. */
public enum Comparison {
  /** Equal, but for white space at either end. */
  EXACT {
    @Override
    boolean areSame(String answer, String reference) {
      return answer.strip().equals(reference.strip());
    }
  },
  /**
   * Equal by the rule of SQuAD's evaluation: in lower case, without ASCII punctuation, then without
   * the words a, an and the, then with single spaces.
   */
  NORMALIZED {
    @Override
    boolean areSame(String answer, String reference) {
      return squad(answer).equals(squad(reference));
    }
  },
  /** Equal as numbers. */
  NUMERIC {
    @Override
    boolean areSame(String answer, String reference) {
      return Numerals.last(answer)
          .map(number -> number.compareTo(Numerals.ofReference(reference)) == 0)
          .orElse(false);
    }
  };

  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
  private static final Pattern ARTICLES =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  abstract boolean areSame(String answer, String reference);

  static String squad(String text) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return SPACES.matcher(ARTICLES.matcher(plain).replaceAll(" ")).replaceAll(" ").strip();
  }

  /** As a job file spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
