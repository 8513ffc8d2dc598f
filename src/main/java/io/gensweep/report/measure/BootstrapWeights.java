package io.gensweep.report.measure;

import io.gensweep.sampling.Draws;

/**
 * How often each replicate of the bootstrap takes a prompt: Poisson numbers with mean 1, which for
 * many prompts is resampling with replacement, and lets each prompt be counted where it is
 * (Chamandy et al., "Estimating uncertainty for massive data streams", 2012).
 *
 * <p>The numbers have addresses as those of sampling have: seed 0, the prompt's id, sample index
 * -1, which no sample has, and the replicate as position. So all points see the same replicates.
 */
final class BootstrapWeights {
  static final int REPLICATES = 1_000;

  private static final int NO_SAMPLE = -1;
  private static final double[] CUMULATIVE = cumulative(16);

  private BootstrapWeights() {}

  static int[] of(String promptId) {
    Draws draws = new Draws(0, promptId, NO_SAMPLE);
    int[] weights = new int[REPLICATES];
    for (int replicate = 0; replicate < REPLICATES; replicate++) {
      double uniform = draws.uniform(replicate);
      int weight = 0;
      while (weight < CUMULATIVE.length && uniform >= CUMULATIVE[weight]) {
        weight++;
      }
      weights[replicate] = weight;
    }
    return weights;
  }

  private static double[] cumulative(int most) {
    double[] cumulative = new double[most];
    double term = Math.exp(-1);
    double sum = 0;
    for (int k = 0; k < most; k++) {
      sum += term;
      cumulative[k] = sum;
      term /= k + 1;
    }
    return cumulative;
  }
}
