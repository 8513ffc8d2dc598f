package io.gensweep.model.spec;

import java.util.stream.Stream;

/**
 * A gated delta rule (Gated DeltaNet, arXiv 2412.06464): a causal convolution of each channel of
 * queries, keys and values, then one matrix for each head of values that every token changes. A
 * sequence keeps these matrices and the convolution's last inputs, whatever its length.
 *
 * @param keyHeads heads of queries and of keys; each serves the same number of heads of values
 * @param kernel tokens that the convolution sees
 * @param norm of each head's output, before its gate
 */
public record DeltaSpec(
    int keyHeads, int valueHeads, int keyDim, int valueDim, int kernel, NormSpec norm)
    implements MixerSpec {
  public DeltaSpec {
    if (keyHeads < 1 || valueHeads % keyHeads != 0 || kernel < 2) {
      throw new IllegalArgumentException(
          "heads of values must be a multiple of those of keys, and the kernel >= 2, were "
              + valueHeads
              + ", "
              + keyHeads
              + " and "
              + kernel);
    }
  }

  /** Width of all heads of keys. */
  public int keys() {
    return keyHeads * keyDim;
  }

  /** Width of all heads of values. */
  public int values() {
    return valueHeads * valueDim;
  }

  private int channels() {
    return 2 * keys() + values();
  }

  /**
   * Bytes that one sequence keeps.
   *
   * @param elementBytes of an activation
   */
  public long stateBytes(int elementBytes) {
    return 4L * valueHeads * keyDim * valueDim + (long) elementBytes * channels() * (kernel - 1);
  }

  @Override
  public Stream<TensorRole> tensors(int hidden) {
    return Stream.of(
            TensorRole.matrix("delta_query", keys(), hidden, false),
            TensorRole.matrix("delta_key", keys(), hidden, false),
            TensorRole.matrix("delta_value", values(), hidden, false),
            TensorRole.matrix("delta_gate", values(), hidden, false),
            TensorRole.matrix("delta_beta", valueHeads, hidden, false),
            TensorRole.matrix("delta_decay", valueHeads, hidden, false),
            Stream.of(
                new TensorRole("delta_conv", channels(), kernel),
                new TensorRole("delta_dt_bias", valueHeads),
                new TensorRole("delta_a_log", valueHeads)),
            norm.tensors("delta_norm", valueDim),
            TensorRole.matrix("delta_output", hidden, values(), false))
        .flatMap(tensors -> tensors);
  }
}
