package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.RowCandidates;
import java.util.List;

/** Rows of logits as the decoder hands them to the sampler. */
public final class BenchRows {
  private BenchRows() {}

  /**
   * Makes a row with its best {@code size} tokens, which knows no more than those and the tokens
   * that a draw looks up.
   *
   * @param lookedUp ids, ascending
   */
  public static Candidates decoded(float[] logits, int size, double temperature, int[] lookedUp) {
    Candidates best = new RowCandidates(logits, size, temperature);
    double[] pairs = new double[2 * size];
    for (int i = 0; i < size; i++) {
      pairs[i] = best.tokenId(i);
      pairs[size + i] = best.logit(i);
    }
    float[] found = new float[lookedUp.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = logits[lookedUp[i]];
    }
    float divisor = (float) temperature;
    return new DecodedRow(
        new WholeRow(logits),
        new DecodedRow.Place(0, 0),
        new DecodeRow(new BlockPool(1).sequence(), 0, List.of(divisor), lookedUp),
        new double[] {best.logSumExp(), best.logSumExp(divisor)},
        pairs,
        found);
  }

  /** A copy of the row, as the decoder's is, but without the call of libtorch. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record WholeRow(float[] logits) implements DecodedRow.Source {
    @Override
    public ModelShape shape() {
      return new ModelShape(logits.length, 1, List.of());
    }

    @Override
    public void extend(List<Candidates> rows) {}

    @Override
    public float[] wholeRow(DecodedRow.Place place) {
      return logits.clone();
    }
  }
}
