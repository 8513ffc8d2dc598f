package io.gensweep.model.spec;

/**
 * What becomes of the products of queries and keys before the softmax.
 *
 * @param scale that they are multiplied with
 * @param cap where above 0, a score s becomes {@code cap * tanh(s / cap)}
 * @param mask which positions a token attends to
 * @param sinks whether each head has a learned score that takes part in the softmax and has no
 *     value
 */
public record ScoreSpec(double scale, double cap, AttentionMask mask, boolean sinks) {
  public ScoreSpec {
    if (!(scale > 0) || !(cap >= 0)) {
      throw new IllegalArgumentException(
          "scale > 0 and cap >= 0 expected, were " + scale + " and " + cap);
    }
  }

  /** Of heads of that width, with 1 / sqrt(width) and no window. */
  public static ScoreSpec ofWidth(int headDim) {
    return new ScoreSpec(1 / Math.sqrt(headDim), 0, new AttentionMask.Causal(), false);
  }

  public ScoreSpec withScale(double other) {
    return new ScoreSpec(other, cap, mask, sinks);
  }

  ScoreSpec withCap(double other) {
    return new ScoreSpec(scale, other, mask, sinks);
  }

  ScoreSpec withWindow(int size) {
    return new ScoreSpec(scale, cap, new AttentionMask.Window(size), sinks);
  }

  ScoreSpec withSinks() {
    return new ScoreSpec(scale, cap, mask, true);
  }
}
