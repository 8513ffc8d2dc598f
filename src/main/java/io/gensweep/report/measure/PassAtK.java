package io.gensweep.report.measure;

/**
 * The probability that one of k samples passes, estimated without bias from n samples of which c
 * passed: 1 - C(n-c, k) / C(n, k) (Chen et al., "Evaluating large language models trained on code",
 * 2021).
 */
final class PassAtK {
  private PassAtK() {}

  /** For k of 1 to n. */
  static double[] all(int n, int c) {
    double[] passes = new double[n];
    double fail = 1;
    for (int k = 1; k <= n; k++) {
      fail *= Math.max(0, n - c - k + 1) / (double) (n - k + 1);
      passes[k - 1] = 1 - fail;
    }
    return passes;
  }
}
