package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.Stream;

/** Where the keys and values of a layer's attention come from. */
public sealed interface KvSource {
  /**
   * The tensors that it has, norms of keys left out.
   *
   * @param width of all heads of keys, and of values
   */
  Stream<TensorRole> tensors(int width, int headDim, int hidden, boolean bias);

  /**
   * Products of the layer's own.
   *
   * @param keysAsValues whether values are the keys, as they are before norm and rotation
   * @param valueNorm of each head of values
   */
  record Own(boolean keysAsValues, Optional<NormSpec> valueNorm) implements KvSource {
    public static final Own PLAIN = new Own(false, Optional.empty());

    @Override
    public Stream<TensorRole> tensors(int width, int headDim, int hidden, boolean bias) {
      return Stream.of(
              TensorRole.matrix("key", width, hidden, bias),
              keysAsValues
                  ? Stream.<TensorRole>empty()
                  : TensorRole.matrix("value", width, hidden, bias),
              valueNorm.stream().flatMap(norm -> norm.tensors("value_norm", headDim)))
          .flatMap(tensors -> tensors);
    }
  }

  /** Those of an earlier layer, by its number. */
  record OfLayer(int number) implements KvSource {
    @Override
    public Stream<TensorRole> tensors(int width, int headDim, int hidden, boolean bias) {
      return Stream.empty();
    }
  }
}
