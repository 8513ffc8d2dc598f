package io.gensweep.sampling;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Plain Java. What the tokens so far do to a sequence's next row: penalties, then the mask that
 * holds ends back until min_tokens. One per sequence, told of every token.
 *
 * <p>Repetition works as in HF transformers, on tokens of prompt and continuation; frequency and
 * presence as in vLLM, on tokens of the continuation. All in float32.
 */
public final class LogitsRules {
  private static final int[] NO_IDS = {};

  private final float repetition;
  private final float presence;
  private final float frequency;
  private final int minTokens;
  private final int[] endIds;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Integer> counts = new HashMap<>();
  private int generated;

  /**
   * @param promptTokenIds the prompt
   * @param endIds tokens that cannot be drawn before min_tokens: the model's EOS ids and
   *     stop_token_ids
   */
  public LogitsRules(SamplingConfig sampling, int[] promptTokenIds, int[] endIds) {
    this.repetition = (float) sampling.repetitionPenalty();
    this.presence = (float) sampling.presencePenalty();
    this.frequency = (float) sampling.frequencyPenalty();
    this.minTokens = sampling.minTokens();
    this.endIds = endIds.clone();
    if (repeats()) {
      for (int id : promptTokenIds) {
        seen.set(id);
      }
    }
  }

  /** Rules that change nothing. */
  public static LogitsRules none() {
    return new LogitsRules(SamplingConfig.defaults(), NO_IDS, NO_IDS);
  }

  public void append(int tokenId) {
    generated++;
    if (repeats()) {
      seen.set(tokenId);
    }
    if (counted()) {
      counts.merge(tokenId, 1, Integer::sum);
    }
  }

  /** Whether logits change otherwise than by the mask, so that the best tokens may be others. */
  boolean penalise() {
    return !seen.isEmpty() || !counts.isEmpty();
  }

  boolean mask() {
    return generated < minTokens && endIds.length > 0;
  }

  boolean masks(int tokenId) {
    if (mask()) {
      for (int id : endIds) {
        if (id == tokenId) {
          return true;
        }
      }
    }
    return false;
  }

  /** The row after the penalties, without the mask: the row itself where there are none. */
  float[] penalised(float[] row) {
    if (!penalise()) {
      return row;
    }
    float[] changed = row.clone();
    for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
      changed[id] = changed[id] < 0 ? changed[id] * repetition : changed[id] / repetition;
    }
    counts.forEach(
        (id, count) -> {
          changed[id] -= frequency * count;
          changed[id] -= presence;
        });
    return changed;
  }

  private boolean repeats() {
    return repetition != 1;
  }

  private boolean counted() {
    return presence != 0 || frequency != 0;
  }
}
