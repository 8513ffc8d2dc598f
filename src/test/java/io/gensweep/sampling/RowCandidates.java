package io.gensweep.sampling;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The best {@code size} of a row that is known whole. Of the tokens that tie with the last one
 * those with the highest ids are present: the choice that a sampler by order of ids would least
 * expect.
 */
public final class RowCandidates implements Candidates {
  private final float[] row;
  private final Integer[] ids;
  private final double logSumExp;
  private final float temperature;
  private final double scaledLogSumExp;
  private int rowsFetched;

  public RowCandidates(float[] row, int size, double temperature) {
    this.row = row;
    this.logSumExp = logSumExp(row, 1);
    this.temperature = (float) temperature;
    this.scaledLogSumExp = temperature == 0 ? Double.NaN : logSumExp(row, this.temperature);
    Integer[] all = new Integer[row.length];
    Arrays.setAll(all, id -> id);
    Comparator<Integer> best = (a, b) -> Float.compare(row[b] + 0.0f, row[a] + 0.0f);
    Arrays.sort(all, best.thenComparing(Comparator.reverseOrder()));
    this.ids = Arrays.copyOf(all, Math.min(size, row.length));
    Arrays.sort(ids, best.thenComparing(Comparator.naturalOrder()));
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

  @Override
  public float[] wholeRow() {
    rowsFetched++;
    return row;
  }
}
