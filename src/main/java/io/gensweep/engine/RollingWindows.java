package io.gensweep.engine;

import io.gensweep.engine.ScoredText.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plain Java. A document cut into windows of what a model can see at once, each of its tokens
 * scored in one of them, by the rule of lm-evaluation-harness (get_rolling_token_windows with a
 * context of one token, then make_disjoint_window): whole windows follow each other, each after the
 * last token of the one before, the first after the prefix token; the last reaches back so far that
 * it is full too.
 */
public final class RollingWindows {
  private RollingWindows() {}

  /**
   * The windows, in order.
   *
   * @param tokenIds the document's tokens, at least one
   * @param prefix the token before the first
   * @param maxModelLen tokens that the model can see before the one it is asked for
   */
  public static List<Window> of(int[] tokenIds, int prefix, int maxModelLen) {
    int[] prefixed = new int[tokenIds.length + 1];
    prefixed[0] = prefix;
    System.arraycopy(tokenIds, 0, prefixed, 1, tokenIds.length);
    List<Window> windows = new ArrayList<>();
    for (int scored = 1; scored < prefixed.length; scored += maxModelLen) {
      int end = Math.min(scored + maxModelLen, prefixed.length);
      int start = windows.isEmpty() ? 0 : end - maxModelLen - 1;
      windows.add(new Window(Arrays.copyOfRange(prefixed, start, end), scored - start));
    }
    return windows;
  }
}
