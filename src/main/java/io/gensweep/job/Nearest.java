package io.gensweep.job;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant by a mistyped one, ignoring case. */
public final class Nearest {
  private static final int SHORTEST_PREFIX = 3;

  private Nearest() {}

  /**
   * The closest candidate by edits, a swap of neighbours being one, among those at most a third of
   * the word away; else the first that the word starts, or that starts the word.
   */
  public static Optional<String> to(String word, Collection<String> candidates) {
    String wrong = folded(word);
    int allowed = Math.max(1, word.length() / 3);
    Optional<String> close =
        candidates.stream()
            .filter(candidate -> Math.abs(wrong.length() - candidate.length()) <= allowed)
            .filter(candidate -> edits(wrong, folded(candidate)) <= allowed)
            .min(Comparator.comparingInt(candidate -> edits(wrong, folded(candidate))));
    return close.or(
        () ->
            candidates.stream()
                .filter(candidate -> startsOther(wrong, folded(candidate)))
                .findFirst());
  }

  /** Asks for the candidate that was probably meant; says the other if none is close. */
  public static String question(String word, Collection<String> candidates, String otherwise) {
    return to(word, candidates).map(near -> "did you mean " + near + "?").orElse(otherwise);
  }

  private static String folded(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  private static boolean startsOther(String word, String candidate) {
    return (word.length() >= SHORTEST_PREFIX && candidate.startsWith(word))
        || (candidate.length() >= SHORTEST_PREFIX && word.startsWith(candidate));
  }

  /** Optimal string alignment distance. */
  private static int edits(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(distance[i - 1][j] + 1, distance[i][j - 1] + 1);
        least = Math.min(least, distance[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, distance[i - 2][j - 2] + 1);
        }
        distance[i][j] = least;
      }
    }
    return distance[a.length()][b.length()];
  }
}
