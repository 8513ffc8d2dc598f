package io.gensweep.model;

import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.RowCandidates;
import java.util.List;
import java.util.function.Supplier;

/** Plain Java. Rows of logits as the decoder hands them to the sampler. */
public final class BenchRows {
  private BenchRows() {}

  /**
   * The best {@code size} tokens, packed as the decoder program packs them.
   *
   * @param wholeRow what a sampler gets that asks for more than those
   */
  public static Candidates decoded(
      float[] logits, int size, double temperature, Supplier<float[]> wholeRow) {
    Candidates best = new RowCandidates(logits, size, temperature);
    double[] values = new double[2 + 2 * size];
    values[0] = best.logSumExp();
    values[1] = best.logSumExp((float) temperature);
    for (int i = 0; i < size; i++) {
      values[2 + i] = best.tokenId(i);
      values[2 + size + i] = best.logit(i);
    }
    return new DecodedRow(
        values, List.of((float) temperature), new double[0], logits.length, wholeRow);
  }
}
