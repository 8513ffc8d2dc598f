package io.gensweep.model;

import java.util.List;
import java.util.Locale;

/** Plain Java. What computes the decoder, and the parts of its program. */
public enum Backend {
  /** libtorch's own operations: GPUs, by a CUDA build of libtorch. */
  PLAIN,

  /** libtorch's operations, products with weights that oneDNN has packed: any CPU. */
  PACKED,

  /** {@link Kernels}: CPUs that have their instructions. */
  KERNELS,

  /** {@link io.gensweep.model.cuda}: NVIDIA's GPUs, by their driver alone. */
  CUDA;

  /**
   * Whether the project's own kernels compute, of which a row's bits depend on nothing but its
   * tokens, and what a row does not see is left out.
   */
  boolean hasOwnKernels() {
    return this == KERNELS || this == CUDA;
  }

  /** The resources that its program is made of, in their order. */
  List<String> texts() {
    return switch (this) {
      case PLAIN, PACKED -> List.of("decoder.py", "decoder_common.py", "decoder_torch.py");
      case KERNELS -> List.of("decoder.py", "decoder_common.py", "decoder_kernels.py");
      case CUDA -> List.of("decoder_cuda.py", "decoder_common.py");
    };
  }

  /** As manifests spell it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
