package io.gensweep.sampling;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The best {@code size} of a row that is known whole. Of the tokens that tie with the last one
 * those with the highest ids are present: the choice that a sampler by order of ids would least
 * expect.
 */
public final class RowCandidates implements Candidates {
  private final float[] row;
  private Integer[] ids;
  private final double logSumExp;
  private final float temperature;
  private final double scaledLogSumExp;
  private int rowsFetched;

  public RowCandidates(float[] row, int size, double temperature) {
    this.row = row;
    this.logSumExp = logSumExp(row, 1);
    this.temperature = (float) temperature;
    this.scaledLogSumExp = temperature == 0 ? Double.NaN : logSumExp(row, this.temperature);
    this.ids = best(size);
  }

  private Integer[] best(int size) {
    Integer[] all = new Integer[row.length];
    Arrays.setAll(all, id -> id);
    Comparator<Integer> best = (a, b) -> Float.compare(row[b] + 0.0f, row[a] + 0.0f);
    Arrays.sort(all, best.thenComparing(Comparator.reverseOrder()));
    Integer[] some = Arrays.copyOf(all, Math.min(size, row.length));
    Arrays.sort(some, best.thenComparing(Comparator.naturalOrder()));
    return some;
  }

  public static RowCandidates whole(double temperature, float... row) {
    return new RowCandidates(row, row.length, temperature);
  }

  private static double logSumExp(float[] row, float temperature) {
    double best = Double.NEGATIVE_INFINITY;
    for (float logit : row) {
      best = Math.max(best, logit / temperature);
    }
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit / temperature - best);
    }
    return best + Math.log(sum);
  }

  int rowsFetched() {
    return rowsFetched;
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
    return row[ids[i]];
  }

  @Override
  public double logSumExp() {
    return logSumExp;
  }

  @Override
  public double logSumExp(float asked) {
    return asked == temperature ? scaledLogSumExp : logSumExp(row, asked);
  }

  @Override
  public int vocabSize() {
    return row.length;
  }

  /** Four times as many, until it has a quarter of the row. */
  @Override
  public boolean extend() {
    if (4 * ids.length > row.length) {
      return false;
    }
    ids = best(4 * ids.length);
    return true;
  }

  @Override
  public float knownLogit(int tokenId) {
    return List.of(ids).contains(tokenId) ? row[tokenId] : Float.NaN;
  }

  @Override
  public float[] wholeRow() {
    rowsFetched++;
    return row;
  }
}
