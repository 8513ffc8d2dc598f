package io.gensweep.prompt;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Plain Java. The name that somebody may have meant. */
final class NearestName {
  private NearestName() {}

  /** The closest of {@code names} in at most a third of its letters changed, case aside. */
  static Optional<String> to(String wrong, List<String> names) {
    return names.stream()
        .filter(name -> distance(wrong, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(wrong, name)));
  }

  /** Levenshtein's edit distance. */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
