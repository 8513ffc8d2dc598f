package io.gensweep.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Tracks which tokens may not come next in one sequence, because they would complete a bad word, or
 * an n-gram that prompt and continuation had before (HF's rule).
 */
final class BannedTokens {
  /** The bad words of a single token. */
  private final BitSet always = new BitSet();

  /** Bad words of several tokens; all samples share these lists. */
  private final List<List<Integer>> words;

  private final int ngramSize;

  /** Tokens of prompt and continuation; empty where no rule looks at them. */
  private int[] history;

  private int count;

  /**
   * Index of the first token that can be part of a bad word: HF looks into the prompt, vLLM does
   * not.
   */
  private final int wordsFrom;

  private final BitSet banned = new BitSet();

  BannedTokens(SamplingConfig sampling, int[] prompt) {
    this.words = sampling.badWordsIds().stream().filter(ids -> ids.size() > 1).toList();
    sampling.badWordsIds().stream()
        .filter(ids -> ids.size() == 1)
        .forEach(ids -> always.set(ids.get(0)));
    this.ngramSize = sampling.noRepeatNgramSize();
    this.wordsFrom = sampling.profile() == Profile.VLLM ? prompt.length : 0;
    this.history = any() ? prompt.clone() : new int[0];
    this.count = history.length;
    ban();
  }

  /** The banned token ids; empty for most configurations. */
  BitSet ids() {
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
    return !words.isEmpty() || ngramSize > 0;
  }

  private void ban() {
    banned.clear();
    banned.or(always);
    for (List<Integer> word : words) {
      if (endsWithAllButLast(word)) {
        banned.set(word.get(word.size() - 1));
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

  private boolean endsWithAllButLast(List<Integer> word) {
    int length = word.size() - 1;
    if (length > count - wordsFrom) {
      return false;
    }
    for (int i = 1; i <= length; i++) {
      if (history[count - i] != word.get(length - i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the last {@code length} tokens are {@code tokens[from, from + length)}. */
  private boolean endsWith(int[] tokens, int from, int length) {
    return Arrays.equals(history, count - length, count, tokens, from, from + length);
  }
}
