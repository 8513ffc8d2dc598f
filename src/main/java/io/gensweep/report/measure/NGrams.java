package io.gensweep.report.measure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** How much the continuations of a prompt resemble each other, by their n-grams of token ids. */
final class NGrams {
  private static final int BLEU_ORDER = 4;

  /** For an order without a match: method 1 of Chen and Cherry, 2014. */
  private static final double SMOOTHING = 0.1;

  private NGrams() {}

  /** Up to four token ids that follow each other; fewer leave the last ones -1. */
  private record Gram(int a, int b, int c, int d) {
    static Gram at(int[] ids, int start, int n) {
      return new Gram(
          ids[start],
          n > 1 ? ids[start + 1] : -1,
          n > 2 ? ids[start + 2] : -1,
          n > 3 ? ids[start + 3] : -1);
    }
  }

  private static Map<Gram, Integer> counts(int[] ids, int n) {
    Map<Gram, Integer> counts = new HashMap<>();
    for (int start = 0; start + n <= ids.length; start++) {
      counts.merge(Gram.at(ids, start, n), 1, Integer::sum);
    }
    return counts;
  }

  /** The share of the n-grams of all texts that are different; empty if there are none. */
  static OptionalDouble distinct(List<int[]> texts, int n) {
    Map<Gram, Integer> all = new HashMap<>();
    long total = 0;
    for (int[] ids : texts) {
      counts(ids, n).forEach((gram, count) -> all.merge(gram, count, Integer::sum));
      total += Math.max(0, ids.length - n + 1);
    }
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) all.size() / total);
  }

  /**
   * Self-BLEU: the mean BLEU-4 of each text with the others as references; empty for fewer than two
   * texts.
   */
  static OptionalDouble selfBleu(List<int[]> texts) {
    if (texts.size() < 2) {
      return OptionalDouble.empty();
    }
    double[] logs = new double[texts.size()];
    boolean[] apart = new boolean[texts.size()];
    for (int n = 1; n <= BLEU_ORDER; n++) {
      addOrder(texts, n, logs, apart);
    }
    double sum = 0;
    for (int i = 0; i < logs.length; i++) {
      sum += apart[i] ? 0 : brevity(texts, i) * Math.exp(logs[i] / BLEU_ORDER);
    }
    return OptionalDouble.of(sum / logs.length);
  }

  /**
   * Adds the log of each text's precision at one order.
   *
   * @param apart set for texts that share no token with the others
   */
  private static void addOrder(List<int[]> texts, int n, double[] logs, boolean[] apart) {
    List<Map<Gram, Integer>> counts = texts.stream().map(ids -> counts(ids, n)).toList();
    // The largest and second largest count of each n-gram: what the others have at most.
    Map<Gram, int[]> most = new HashMap<>();
    for (Map<Gram, Integer> text : counts) {
      text.forEach(
          (gram, count) -> {
            int[] two = most.computeIfAbsent(gram, unused -> new int[2]);
            if (count > two[0]) {
              two[1] = two[0];
              two[0] = count;
            } else {
              two[1] = Math.max(two[1], count);
            }
          });
    }
    for (int i = 0; i < logs.length; i++) {
      int matches = 0;
      for (Map.Entry<Gram, Integer> entry : counts.get(i).entrySet()) {
        int[] two = most.get(entry.getKey());
        int ofOthers = entry.getValue() == two[0] ? two[1] : two[0];
        matches += Math.min(entry.getValue(), ofOthers);
      }
      apart[i] |= n == 1 && matches == 0;
      int total = Math.max(1, texts.get(i).length - n + 1);
      logs[i] += Math.log(matches == 0 ? SMOOTHING / total : (double) matches / total);
    }
  }

  /** Less than 1 for a text that is shorter than the other one nearest in length. */
  private static double brevity(List<int[]> texts, int i) {
    int length = texts.get(i).length;
    int nearest =
        IntStream.range(0, texts.size())
            .filter(j -> j != i)
            .map(j -> texts.get(j).length)
            .reduce((a, b) -> isNearer(b, a, length) ? b : a)
            .orElse(length);
    if (length == 0) {
      return 0;
    }
    return length > nearest ? 1 : Math.exp(1 - (double) nearest / length);
  }

  private static boolean isNearer(int b, int a, int length) {
    int difference = Math.abs(b - length) - Math.abs(a - length);
    return difference < 0 || (difference == 0 && b < a);
  }
}
