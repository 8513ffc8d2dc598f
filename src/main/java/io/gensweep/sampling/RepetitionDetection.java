package io.gensweep.sampling;

import static io.gensweep.sampling.Checks.require;

import java.io.Serializable;

/**
 * Decides when a continuation is caught in a loop, by vLLM's names and rule: its last tokens are
 * one pattern of at most {@code maxPatternSize} tokens, {@code minCount} times in a row.
 *
 * @param maxPatternSize 0: nothing is looked for
 * @param minPatternSize 0 stands for 1
 */
public record RepetitionDetection(int maxPatternSize, int minPatternSize, int minCount)
    implements Serializable {
  public static final RepetitionDetection OFF = new RepetitionDetection(0, 0, 0);

  private static final String KEY = "repetition_detection must have ";

  public RepetitionDetection {
    require(maxPatternSize >= 0, KEY + "max_pattern_size >= 0, 0 for off", maxPatternSize);
    require(
        minPatternSize >= 0 && minPatternSize <= maxPatternSize,
        KEY + "min_pattern_size in [0, max_pattern_size " + maxPatternSize + "]",
        minPatternSize);
    require(
        maxPatternSize == 0 ? minCount >= 0 : minCount >= 2,
        KEY + "min_count >= 2 with a max_pattern_size",
        minCount);
  }

  /**
   * Whether the first {@code count} tokens end in a loop; most patterns fail at their first token.
   */
  public boolean found(int[] tokenIds, int count) {
    for (int size = Math.max(1, minPatternSize); size <= maxPatternSize; size++) {
      if ((long) size * minCount > count) {
        return false;
      }
      if (repeats(tokenIds, count, size)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether each token of the last {@code minCount - 1} patterns equals the one a pattern earlier.
   */
  private boolean repeats(int[] tokenIds, int count, int size) {
    for (int at = count - 1; at >= count - size * (minCount - 1); at--) {
      if (tokenIds[at] != tokenIds[at - size]) {
        return false;
      }
    }
    return true;
  }
}
