package io.gensweep.model;

import io.gensweep.sampling.Candidates;
import java.util.function.Supplier;

/**
 * Executor. The best tokens of one row, as the decoder program packs them: log-sum-exp, log-sum-exp
 * at the row's temperature, ids, logits.
 */
final class DecodedRow implements Candidates {
  private final double[] values;
  private final int vocabSize;
  private final Supplier<float[]> wholeRow;

  DecodedRow(double[] values, int vocabSize, Supplier<float[]> wholeRow) {
    this.values = values;
    this.vocabSize = vocabSize;
    this.wholeRow = wholeRow;
    orderTiesById();
  }

  @Override
  public int size() {
    return Math.min(vocabSize, (values.length - 2) / 2);
  }

  @Override
  public int tokenId(int i) {
    return (int) values[2 + i];
  }

  @Override
  public float logit(int i) {
    return (float) values[2 + (values.length - 2) / 2 + i];
  }

  @Override
  public double logSumExp() {
    return values[0];
  }

  @Override
  public double scaledLogSumExp() {
    return values[1];
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  @Override
  public float[] wholeRow() {
    return wholeRow.get();
  }

  /** libtorch's top-k leaves equal values in any order. */
  private void orderTiesById() {
    for (int i = 1; i < size(); i++) {
      for (int j = i; j > 0 && logit(j) == logit(j - 1) && tokenId(j) < tokenId(j - 1); j--) {
        double id = values[2 + j];
        values[2 + j] = values[1 + j];
        values[1 + j] = id;
      }
    }
  }
}
