package io.gensweep.model;

import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The best tokens of one row as the decoder program gives them, more of them on demand, and the
 * logits of tokens that were asked for.
 */
final class DecodedRow implements Candidates {
  /** Candidates of a row whose draw goes beyond the first: as many as most nuclei of 0.95 have. */
  static final int MORE = 1024;

  private final Source source;
  private final Place place;
  private final DecodeRow asked;

  /** At temperature 1, then at each of the temperatures that were asked for. */
  private final double[] logSumExps;

  /** Of the tokens that were asked for. */
  private final float[] lookedUp;

  private int[] ids;
  private float[] logits;
  private boolean extended;

  /**
   * @param best ids, then logits, descending; ties in any order
   */
  DecodedRow(
      Source source,
      Place place,
      DecodeRow asked,
      double[] logSumExps,
      double[] best,
      float[] lookedUp) {
    this.source = source;
    this.place = place;
    this.asked = asked;
    this.logSumExps = logSumExps;
    this.lookedUp = lookedUp;
    read(best);
  }

  /** What has all logits of the last decode. */
  interface Source {
    ModelShape shape();

    /** Calls {@link DecodedRow#takeAll}. */
    void extend(List<Candidates> rows);

    float[] wholeRow(Place place);
  }

  /** Where the row lies in the last decode. */
  record Place(int lane, int row) {}

  Place place() {
    return place;
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public int tokenId(int i) {
    return ids[i];
  }

  @Override
  public float logit(int i) {
    return logits[i];
  }

  @Override
  public double logSumExp() {
    return logSumExps[0];
  }

  @Override
  public double logSumExp(float temperature) {
    if (temperature == 1) {
      return logSumExps[0];
    }
    List<Float> temperatures = asked.temperatures();
    int i = temperatures.indexOf(temperature);
    if (i < 0) {
      throw new IllegalArgumentException(
          "temperature must be one of " + temperatures + ", was " + temperature);
    }
    return logSumExps[1 + i];
  }

  @Override
  public int vocabSize() {
    return source.shape().vocabSize();
  }

  @Override
  public boolean extend() {
    int before = size();
    if (!extended && before < vocabSize()) {
      source.extend(List.of(this));
    }
    return size() > before;
  }

  /**
   * Gives rows more candidates, once.
   *
   * @param best of each row ids, then logits, as float64
   */
  static void takeAll(List<DecodedRow> rows, ByteBuffer best) {
    DoubleBuffer all = best.asDoubleBuffer();
    int width = all.remaining() / rows.size();
    for (DecodedRow row : rows) {
      double[] pairs = new double[width];
      all.get(pairs);
      row.extended = true;
      row.read(pairs);
    }
  }

  @Override
  public float knownLogit(int tokenId) {
    int place = Arrays.binarySearch(asked.lookedUp(), tokenId);
    if (place >= 0) {
      return lookedUp[place];
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == tokenId) {
        return logits[i];
      }
    }
    return Float.NaN;
  }

  @Override
  public float[] wholeRow() {
    return source.wholeRow(place);
  }

  private void read(double[] best) {
    int count = Math.min(vocabSize(), best.length / 2);
    ids = new int[count];
    logits = new float[count];
    for (int i = 0; i < count; i++) {
      ids[i] = (int) best[i];
      logits[i] = (float) best[best.length / 2 + i];
    }
    orderTiesById();
  }

  /** libtorch's top-k leaves equal values in any order. */
  private void orderTiesById() {
    for (int from = 0; from < ids.length; ) {
      int to = from + 1;
      while (to < ids.length && logits[to] == logits[from]) {
        to++;
      }
      Arrays.sort(ids, from, to);
      from = to;
    }
  }
}
