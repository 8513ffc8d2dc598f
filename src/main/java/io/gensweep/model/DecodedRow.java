package io.gensweep.model;

import io.gensweep.sampling.Candidates;
import java.util.List;
import java.util.function.Supplier;

/**
 * The best tokens of one row, as the decoder program packs them: log-sum-exp, log-sum-exp at the
 * row's first temperature, ids, logits.
 */
final class DecodedRow implements Candidates {
  private final double[] values;
  private final List<Float> temperatures;

  /** Log-sum-exps at the row's temperatures but the first. */
  private final double[] otherLogSumExps;

  private final int vocabSize;
  private final Supplier<float[]> wholeRow;

  DecodedRow(
      double[] values,
      List<Float> temperatures,
      double[] otherLogSumExps,
      int vocabSize,
      Supplier<float[]> wholeRow) {
    this.values = values;
    this.temperatures = temperatures;
    this.otherLogSumExps = otherLogSumExps;
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
  public double logSumExp(float temperature) {
    if (temperature == 1) {
      return values[0];
    }
    int i = temperatures.indexOf(temperature);
    if (i < 0) {
      throw new IllegalArgumentException(
          "temperature must be one of " + temperatures + ", was " + temperature);
    }
    return i == 0 ? values[1] : otherLogSumExps[i - 1];
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
