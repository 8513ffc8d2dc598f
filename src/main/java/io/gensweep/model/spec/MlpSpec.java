package io.gensweep.model.spec;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The MLP of a layer. */
public sealed interface MlpSpec {
  /** The tensors that it has. */
  Stream<TensorRole> tensors(int hidden);

  /** An MLP of one width. */
  sealed interface Dense extends MlpSpec {
    /** Width between its matrices. */
    int size();

    Activation activation();

    /** Whether its matrices have biases. */
    boolean bias();

    /** The tensors of one whose roles begin so. */
    Stream<TensorRole> tensors(String prefix, int hidden);

    @Override
    default Stream<TensorRole> tensors(int hidden) {
      return tensors("", hidden);
    }
  }

  /**
   * down(activation(gate(x)) * up(x)).
   *
   * @param clamp of {@link Activation#CLAMPED_SWIGLU}; empty for the others
   */
  record Gated(int size, Activation activation, boolean bias, Optional<Clamp> clamp)
      implements Dense {
    public Gated {
      requireSize(size);
    }

    Gated(int size, Activation activation, boolean bias) {
      this(size, activation, bias, Optional.empty());
    }

    @Override
    public Stream<TensorRole> tensors(String prefix, int hidden) {
      return Stream.of(
              TensorRole.matrix(prefix + "gate", size, hidden, bias),
              TensorRole.matrix(prefix + "up", size, hidden, bias),
              TensorRole.matrix(prefix + "down", hidden, size, bias))
          .flatMap(matrix -> matrix);
    }
  }

  /** Factor within the sigmoid, and where gate and up are cut off. */
  record Clamp(double factor, double limit) {}

  /** down(activation(up(x))). */
  record Plain(int size, Activation activation, boolean bias) implements Dense {
    public Plain {
      requireSize(size);
    }

    @Override
    public Stream<TensorRole> tensors(String prefix, int hidden) {
      Stream<TensorRole> products =
          Stream.concat(
              TensorRole.matrix(prefix + "up", size, hidden, bias),
              TensorRole.matrix(prefix + "down", hidden, size, bias));
      Stream<TensorRole> learned =
          activation == Activation.XIELU
              ? Stream.of(
                  new TensorRole(prefix + "activation_positive", 1),
                  new TensorRole(prefix + "activation_negative", 1))
              : Stream.empty();
      return Stream.concat(products, learned);
    }
  }

  /**
   * Some of many MLPs for each token, as a router chooses, beside one that all tokens share.
   *
   * @param count of experts
   * @param shared empty where there is none
   */
  record Experts(int count, Gated expert, RouterSpec router, Optional<Shared> shared)
      implements MlpSpec {
    public Experts {
      if (router.chosen() < 1 || router.chosen() > count) {
        throw new IllegalArgumentException(
            "chosen must be in [1, " + count + "], was " + router.chosen());
      }
    }

    @Override
    public Stream<TensorRole> tensors(int hidden) {
      Stream<TensorRole> each =
          IntStream.range(0, count)
              .boxed()
              .flatMap(i -> expert.tensors(TensorNames.expert(i), hidden));
      return Stream.of(
              router.tensors(count, hidden),
              each,
              shared.stream().flatMap(mlp -> mlp.tensors(hidden)))
          .flatMap(tensors -> tensors);
    }
  }

  /**
   * The MLP that all tokens share.
   *
   * @param gated whether it is multiplied with the sigmoid of a number for each token
   */
  record Shared(Gated mlp, boolean gated) {
    Stream<TensorRole> tensors(int hidden) {
      return Stream.concat(
          mlp.tensors("shared.", hidden),
          gated ? TensorRole.matrix("shared_gate", 1, hidden, false) : Stream.empty());
    }
  }

  /**
   * Experts beside an MLP of all tokens, both in one block: {@code norm(dense(y)) +
   * norm(experts(norm(x)))}, where y is x after the block's own norm.
   *
   * @param norm of each of the three, with weights of its own
   */
  record DenseAndExperts(Gated dense, Experts experts, NormSpec norm) implements MlpSpec {
    public DenseAndExperts {
      Gated expert = experts.expert();
      if (dense.activation() != expert.activation() || !dense.clamp().equals(expert.clamp())) {
        throw new IllegalArgumentException("one activation expected, was " + experts);
      }
    }

    @Override
    public Stream<TensorRole> tensors(int hidden) {
      return Stream.of(
              dense.tensors(hidden),
              experts.tensors(hidden),
              norm.tensors("dense_out_norm", hidden),
              norm.tensors("experts_norm", hidden),
              norm.tensors("experts_out_norm", hidden))
          .flatMap(tensors -> tensors);
    }
  }

  private static void requireSize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("size must be >= 1, was " + size);
    }
  }
}
