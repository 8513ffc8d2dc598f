package io.gensweep.sampling;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The tokens of one row in the order of the draw: descending logits / temperature (float32), ties
 * by ascending id; tokens of probability 0 (-inf, masked) are left out.
 *
 * <p>Starts from a few candidates and the tokens that the rules change, as far as they are exact,
 * goes on with more candidates, and then in the whole row, sorted in growing chunks as far as it is
 * asked. The order seen is the same whichever way it was found. One instance serves row after row
 * and keeps its buffers.
 */
final class Ranking {
  /** Candidates that are looked at first, and how many times as many then. */
  private static final int FIRST_CANDIDATES = 64;

  private static final int CANDIDATES_GROWTH = 4;
  private static final int FIRST_CHUNK = 1024;
  private static final int CHUNK_GROWTH = 8;
  private static final float[] NO_ROW = {};
  private static final BitSet NONE_RAISED = new BitSet(0);

  private Candidates candidates;
  private LogitsRules rules;
  private boolean ruled;
  private float temperature;

  /** All logits by token id, empty until they are needed. */
  private float[] row = NO_ROW;

  /** The same logits after the rules. */
  private float[] changed = NO_ROW;

  /** Sort keys, ascending: the inverted order of the value in the high half, the token id below. */
  private long[] keys = new long[FIRST_CHUNK];

  /** Candidates that the keys come from. */
  private int taken;

  private int ranked;
  private int total;

  /** Whether the keys hold every token. */
  private boolean complete;

  void start(Candidates best, float divisor, LogitsRules logitsRules) {
    candidates = best;
    temperature = divisor;
    rules = logitsRules;
    ruled = rules.active();
    row = NO_ROW;
    taken = Math.min(FIRST_CANDIDATES, candidates.size());
    rankCandidates();
  }

  /** Whether there is a token of rank {@code i}; call it for the lower ranks first. */
  boolean has(int i) {
    while (i >= ranked && !complete) {
      takeMore();
    }
    while (i >= ranked && ranked < total) {
      rankNextChunk();
    }
    return i < ranked;
  }

  /** Whether rank {@code i + 1} has the value of rank {@code i}. */
  boolean tiesWithNext(int i) {
    // Where keys are missing, their values are below all that are ranked.
    boolean decided = i + 1 < ranked || !complete;
    return (decided ? i + 1 < ranked : has(i + 1)) && value(i + 1) == value(i);
  }

  int tokenId(int i) {
    return (int) keys[i];
  }

  /** The value of a rank: logit / temperature, after the rules. */
  float value(int i) {
    int order = ~(int) (keys[i] >> 32);
    return Float.intBitsToFloat(order ^ ((order >> 31) & Integer.MAX_VALUE));
  }

  /** The model's own logit of a rank. */
  float logit(int i) {
    return ownLogit(tokenId(i));
  }

  /**
   * Natural log of the sum over all tokens left. That of the model's row, with the terms of the
   * changed tokens exchanged, unless they are most of it and would cancel: then a sum over the row,
   * in the order of ids. Which of the two is a matter of the row alone, as every bit is.
   */
  double logSumExp() {
    if (!ruled) {
      return candidates.logSumExp(temperature);
    }
    if (!has(0)) {
      return Double.NEGATIVE_INFINITY;
    }
    double best = value(0);
    double sum = 0;
    BitSet allowed = rules.allowed();
    if (!allowed.isEmpty()) {
      for (int id = allowed.nextSetBit(0); isIn(id); id = allowed.nextSetBit(id + 1)) {
        sum += term(rules.changed(id, ownLogit(id)), best);
      }
      return best + StrictMath.log(sum);
    }
    double all = StrictMath.exp(candidates.logSumExp(temperature) - best);
    double before = 0;
    double after = 0;
    BitSet touched = rules.touched();
    for (int id = touched.nextSetBit(0); isIn(id); id = touched.nextSetBit(id + 1)) {
      float own = ownLogit(id);
      before += term(own, best);
      after += term(rules.changed(id, own), best);
    }
    if (before <= all / 2) {
      return best + StrictMath.log(all - before + after);
    }
    fetchRow();
    for (int id = 0; id < row.length; id++) {
      sum += term(touched.get(id) ? rules.changed(id, row[id]) : row[id], best);
    }
    return best + StrictMath.log(sum);
  }

  private double term(float logit, double best) {
    return logit == Float.NEGATIVE_INFINITY ? 0 : StrictMath.exp(scaled(logit) - best);
  }

  /**
   * Tokens that are no candidates have at most the last candidate's value, unless rules raise them;
   * those are then taken from the row. So what is above the last candidate's value is exact.
   */
  private void rankCandidates() {
    int size = taken;
    boolean all = size == candidates.vocabSize();
    boolean raises = ruled && rules.raises() && !all;
    float last = scaled(candidates.logit(size - 1));
    complete = all || last == Float.NEGATIVE_INFINITY;
    float above = complete ? Float.NEGATIVE_INFINITY : last;
    BitSet raised = raises ? rules.touched() : NONE_RAISED;
    reserve(size + raised.cardinality());
    total = 0;
    for (int i = 0; i < size; i++) {
      int id = candidates.tokenId(i);
      if (!raised.get(id)) {
        rank(id, candidates.logit(i), above);
      }
    }
    for (int id = raised.nextSetBit(0); isIn(id); id = raised.nextSetBit(id + 1)) {
      rank(id, ownLogit(id), above);
    }
    Arrays.sort(keys, 0, total);
    ranked = total;
  }

  private void rank(int id, float logit, float above) {
    float value = scaled(ruled ? rules.changed(id, logit) : logit);
    if (value > above) {
      add(id, value);
    }
  }

  /** The model's own logit, from the row only where nothing else tells it. */
  private float ownLogit(int id) {
    if (row.length == 0) {
      float known = candidates.knownLogit(id);
      if (!Float.isNaN(known)) {
        return known;
      }
      fetchRow();
    }
    return row[id];
  }

  private boolean isIn(int id) {
    return id >= 0 && id < candidates.vocabSize();
  }

  private void fetchRow() {
    if (row.length == 0) {
      row = candidates.wholeRow();
    }
  }

  private void takeMore() {
    if (taken < candidates.size() || candidates.extend()) {
      taken = Math.min(CANDIDATES_GROWTH * taken, candidates.size());
      rankCandidates();
    } else {
      takeRow();
    }
  }

  private void takeRow() {
    fetchRow();
    float[] values = row;
    if (ruled) {
      if (changed.length != row.length) {
        changed = new float[row.length];
      }
      rules.change(row, changed);
      values = changed;
    }
    reserve(values.length);
    total = 0;
    for (int id = 0; id < values.length; id++) {
      add(id, scaled(values[id]));
    }
    ranked = 0;
    complete = true;
  }

  private void rankNextChunk() {
    int end = Math.min(total, ranked == 0 ? FIRST_CHUNK : ranked * CHUNK_GROWTH);
    if (end < total) {
      Selection.smallestFirst(keys, ranked, total, end);
    }
    Arrays.sort(keys, ranked, end);
    ranked = end;
  }

  private float scaled(float logit) {
    float value = temperature == 1 ? logit : logit / temperature;
    if (!(value < Float.POSITIVE_INFINITY)) {
      throw new NonFiniteLogitsException(
          "logits over temperature must be finite or -inf, was " + logit + " / " + temperature);
    }
    return value;
  }

  private void add(int id, float value) {
    if (value == Float.NEGATIVE_INFINITY) {
      return;
    }
    // Adding 0 turns -0 into 0, with which it ties.
    int bits = Float.floatToRawIntBits(value + 0.0f);
    int order = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    keys[total++] = (long) ~order << 32 | id;
  }

  private void reserve(int size) {
    if (keys.length < size) {
      keys = new long[size];
    }
  }
}
