package io.gensweep.sampling;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Changes a sequence's next logits before the temperature applies: bias, penalties, then masks. One
 * per sequence, told of every token of it.
 *
 * <p>In this order, in float32, for HF's profile and vLLM's alike: logit_bias; repetition_penalty,
 * on tokens of prompt and continuation; frequency_penalty, then presence_penalty, on tokens of the
 * continuation. The masks give -inf, so their order is free: allowed_token_ids, bad words, repeated
 * n-grams, and ends until min_tokens.
 */
public final class LogitsRules {
  private static final int[] NO_IDS = {};

  /** Rules that change nothing and need not be told of tokens. */
  static final LogitsRules NONE = new LogitsRules(SamplingConfig.defaults(), NO_IDS, NO_IDS);

  private final float repetition;
  private final float presence;
  private final float frequency;
  private final int minTokens;
  private final BitSet ends = new BitSet();

  /** Token ids with a bias, ascending. */
  private final int[] biasIds;

  private final float[] biases;
  private final boolean raisingBias;

  /** The allowed tokens; empty where every token is allowed. */
  private final BitSet allowed = new BitSet();

  private final BannedTokens bannedTokens;

  /** Count of each penalised token in the continuation; 0 for tokens of the prompt alone. */
  private final TokenCounts counts = new TokenCounts();

  /** Tokens that a bias, a penalty or the mask of end tokens may change. */
  private final BitSet concerned = new BitSet();

  private final BitSet touched = new BitSet();
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
    this.biasIds = sampling.logitBias().keySet().stream().mapToInt(Integer::intValue).toArray();
    this.biases = new float[biasIds.length];
    this.bannedTokens = new BannedTokens(sampling, promptTokenIds);
    boolean raising = false;
    for (int i = 0; i < biasIds.length; i++) {
      biases[i] = sampling.logitBias().get(biasIds[i]).floatValue();
      raising |= biases[i] > 0;
      concerned.set(biasIds[i]);
    }
    this.raisingBias = raising;
    sampling.allowedTokenIds().forEach(allowed::set);
    if (repetition != 1) {
      for (int id : promptTokenIds) {
        count(id, 0);
      }
    }
    if (minTokens > 0) {
      for (int id : endIds) {
        ends.set(id);
      }
      concerned.or(ends);
    }
  }

  public void append(int tokenId) {
    generated++;
    bannedTokens.append(tokenId);
    if (repetition != 1 || presence != 0 || frequency != 0) {
      count(tokenId, 1);
    }
  }

  /** Whether any logit of the next row may change. */
  boolean active() {
    return biasIds.length > 0
        || !counts.isEmpty()
        || !allowed.isEmpty()
        || holdsEnds()
        || !bannedTokens.ids().isEmpty();
  }

  /** Whether a logit may grow, so that a token outside the candidates may become the best. */
  boolean raises() {
    boolean raisingPenalty = repetition < 1 || presence < 0 || frequency < 0;
    return raisingBias || (raisingPenalty && !counts.isEmpty());
  }

  /** The allowed tokens; empty where all are. Not to be written to. */
  BitSet allowed() {
    return allowed;
  }

  /**
   * A superset of the tokens whose logits change, except those that are not allowed. Valid until
   * the next call.
   */
  BitSet touched() {
    touched.clear();
    touched.or(concerned);
    touched.or(bannedTokens.ids());
    return touched;
  }

  /**
   * Tokens whose logits a draw of the next token looks up, whether or not they are candidates.
   *
   * @param whole whether the draw is normalised over the whole vocabulary
   */
  public BitSet lookedUp(boolean whole) {
    BitSet ids = new BitSet();
    if (raises() || (whole && active() && allowed.isEmpty())) {
      ids.or(touched());
    }
    if (whole) {
      ids.or(allowed);
    }
    return ids;
  }

  /** The logit of a token after the rules. */
  float changed(int id, float logit) {
    return masks(id) ? Float.NEGATIVE_INFINITY : penalised(id, logit);
  }

  /** Writes a row of logits after the rules to {@code to}. */
  void change(float[] row, float[] to) {
    System.arraycopy(row, 0, to, 0, row.length);
    BitSet ids = touched();
    for (int id = ids.nextSetBit(0); id >= 0 && id < row.length; id = ids.nextSetBit(id + 1)) {
      to[id] = changed(id, row[id]);
    }
    if (!allowed.isEmpty()) {
      for (int id = allowed.nextClearBit(0); id < row.length; id = allowed.nextClearBit(id + 1)) {
        to[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private float penalised(int id, float logit) {
    float value = logit;
    int bias = Arrays.binarySearch(biasIds, id);
    if (bias >= 0) {
      value += biases[bias];
    }
    int times = counts.of(id);
    if (times != TokenCounts.ABSENT) {
      value = value < 0 ? value * repetition : value / repetition;
    }
    if (times > 0) {
      value -= frequency * times;
      value -= presence;
    }
    return value;
  }

  private boolean masks(int id) {
    return bannedTokens.ids().get(id)
        || (!allowed.isEmpty() && !allowed.get(id))
        || (holdsEnds() && ends.get(id));
  }

  private boolean holdsEnds() {
    return generated < minTokens && !ends.isEmpty();
  }

  private void count(int id, int times) {
    counts.add(id, times);
    concerned.set(id);
  }
}
