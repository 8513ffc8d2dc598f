package io.gensweep.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Plain Java. The tokens that may not come next in one sequence, because they would complete a bad
 * word, or an n-gram that prompt and continuation had before (HF's rule).
 */
final class Bans {
  private final int[][] words;
  private final int ngramSize;

  /** Prompt and continuation; empty where nothing looks at it. */
  private int[] history;

  private int count;

  /** The first token that can belong to a bad word: HF looks into the prompt, vLLM does not. */
  private final int wordsFrom;

  private final BitSet banned = new BitSet();

  Bans(SamplingConfig sampling, int[] prompt) {
    this.words = sampling.badWordsIds().stream().map(Bans::array).toArray(int[][]::new);
    this.ngramSize = sampling.noRepeatNgramSize();
    this.wordsFrom = sampling.profile() == Profile.VLLM ? prompt.length : 0;
    this.history = any() ? prompt.clone() : new int[0];
    this.count = history.length;
    ban();
  }

  /** Ascending bits; empty mostly. */
  BitSet banned() {
    return banned;
  }

  void append(int tokenId) {
    if (any()) {
      if (count == history.length) {
        history = Arrays.copyOf(history, Math.max(16, 2 * count));
      }
      history[count++] = tokenId;
      ban();
    }
  }

  private boolean any() {
    return words.length > 0 || ngramSize > 0;
  }

  private void ban() {
    banned.clear();
    for (int[] word : words) {
      int last = word.length - 1;
      if (last <= count - wordsFrom && endsWith(word, 0, last)) {
        banned.set(word[last]);
      }
    }
    if (ngramSize > 0) {
      for (int from = 0; from + ngramSize <= count; from++) {
        if (endsWith(history, from, ngramSize - 1)) {
          banned.set(history[from + ngramSize - 1]);
        }
      }
    }
  }

  /** Whether the last {@code length} tokens are {@code tokens[from, from + length)}. */
  private boolean endsWith(int[] tokens, int from, int length) {
    return Arrays.equals(history, count - length, count, tokens, from, from + length);
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
