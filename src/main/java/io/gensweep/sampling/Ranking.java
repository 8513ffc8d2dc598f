package io.gensweep.sampling;

import java.util.Arrays;

/**
 * Plain Java. The tokens of one row in the order of the draw: descending logits / temperature
 * (float32), ties by ascending id; tokens of probability 0 (-inf, masked) are left out.
 *
 * <p>Starts from the candidates, as far as they are exact, and goes on in the whole row, sorted in
 * growing chunks as far as it is asked. The order seen is the same whichever way it was found. One
 * instance serves row after row and keeps its buffers.
 */
final class Ranking {
  private static final int FIRST_CHUNK = 1024;
  private static final int CHUNK_GROWTH = 8;
  private static final float[] NO_ROW = {};

  private Candidates candidates;
  private LogitsRules rules;
  private float temperature;

  /** All logits by token id, empty until they are needed; and what the penalties made of them. */
  private float[] row = NO_ROW;

  private float[] penalised = NO_ROW;

  /** Ascending: the inverted order of the value in the high half, the token id in the low half. */
  private long[] keys = new long[FIRST_CHUNK];

  private int ranked;
  private int total;
  private boolean exhausted;

  void start(Candidates best, float divisor, LogitsRules logitsRules) {
    candidates = best;
    temperature = divisor;
    rules = logitsRules;
    row = NO_ROW;
    penalised = NO_ROW;
    if (rules.penalise()) {
      fetchRow();
    } else {
      rankCandidates();
    }
  }

  /** Whether there is a token of rank {@code i}; lower ranks were asked for before. */
  boolean has(int i) {
    if (i >= ranked && row.length == 0 && !exhausted) {
      fetchRow();
    }
    while (i >= ranked && ranked < total) {
      rankNextChunk();
    }
    return i < ranked;
  }

  /** Whether rank {@code i + 1} has the value of rank {@code i}. */
  boolean tiesWithNext(int i) {
    // Where the row was not fetched, what is not ranked is below all that is.
    boolean decided = i + 1 < ranked || row.length == 0;
    return (decided ? i + 1 < ranked : has(i + 1)) && value(i + 1) == value(i);
  }

  int tokenId(int i) {
    return (int) keys[i];
  }

  /** Logit / temperature, after penalties. */
  float value(int i) {
    int order = ~(int) (keys[i] >> 32);
    return Float.intBitsToFloat(order ^ ((order >> 31) & Integer.MAX_VALUE));
  }

  /** The model's own logit. */
  float logit(int i) {
    int id = tokenId(i);
    if (row.length > 0) {
      return row[id];
    }
    int at = 0;
    while (candidates.tokenId(at) != id) {
      at++;
    }
    return candidates.logit(at);
  }

  /** Natural log of the sum over all tokens left, from the whole row, in the order of ids. */
  double logSumExp() {
    if (row.length == 0) {
      fetchRow();
    }
    if (!has(0)) {
      return Double.NEGATIVE_INFINITY;
    }
    double best = value(0);
    double sum = 0;
    for (int id = 0; id < penalised.length; id++) {
      if (!rules.masks(id)) {
        sum += StrictMath.exp(scaled(penalised[id]) - best);
      }
    }
    return best + StrictMath.log(sum);
  }

  /** Tokens that tie with the last candidate may be missing, so only those above it are taken. */
  private void rankCandidates() {
    int size = candidates.size();
    boolean all = size == candidates.vocabSize();
    float last = scaled(candidates.logit(size - 1));
    reserve(size);
    total = 0;
    for (int i = 0; i < size; i++) {
      float value = scaled(candidates.logit(i));
      if (all || value > last) {
        add(candidates.tokenId(i), value);
      }
    }
    Arrays.sort(keys, 0, total);
    ranked = total;
    exhausted = all || last == Float.NEGATIVE_INFINITY;
  }

  private void fetchRow() {
    row = candidates.wholeRow();
    penalised = rules.penalised(row);
    reserve(row.length);
    total = 0;
    for (int id = 0; id < row.length; id++) {
      add(id, scaled(penalised[id]));
    }
    ranked = 0;
    exhausted = true;
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
    if (value == Float.NEGATIVE_INFINITY || rules.masks(id)) {
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
