package io.gensweep.engine;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Plain Java. One text whose log-probs are wanted, in windows that the model can see at once.
 *
 * @param referenceIndex which of the texts of its prompt
 * @param windows in the order of the text; each token of it is scored in one of them
 */
public record ScoredText(int referenceIndex, List<Window> windows) {

  /**
   * Tokens that the model sees together; those from {@code from} on are scored.
   *
   * @param from at least 1, since the first token has nothing before it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Window(int[] tokenIds, int from) {
    public Window {
      if (from < 1 || from >= tokenIds.length) {
        throw new IllegalArgumentException(
            "from must be in [1, " + tokenIds.length + "), was " + from);
      }
    }
  }

  public ScoredText {
    windows = List.copyOf(windows);
    if (referenceIndex < 0 || windows.isEmpty()) {
      throw new IllegalArgumentException(
          "reference_index must be >= 0 and windows not empty, were "
              + referenceIndex
              + " and "
              + windows.size());
    }
  }

  /** The tokens that are scored. */
  int[] tokenIds() {
    return windows.stream()
        .flatMapToInt(w -> Arrays.stream(w.tokenIds(), w.from(), w.tokenIds().length))
        .toArray();
  }

  /** Every token that the model sees. */
  IntStream seen() {
    return windows.stream().flatMapToInt(w -> Arrays.stream(w.tokenIds()));
  }

  /** KV rows of the longest window: its last token has none. */
  int rows() {
    return windows.stream().mapToInt(w -> w.tokenIds().length - 1).max().orElseThrow();
  }
}
