package io.gensweep.model;

import java.util.Locale;

/** Plain Java. What computes the decoder, and the part of its program that says so. */
public enum Backend {
  /** libtorch's own operations: GPUs. */
  PLAIN("decoder_torch.py"),

  /** libtorch's operations, products with weights that oneDNN has packed: any CPU. */
  PACKED("decoder_torch.py"),

  /** {@link Kernels}: CPUs that have their instructions. */
  KERNELS("decoder_kernels.py");

  private final String text;

  Backend(String text) {
    this.text = text;
  }

  /** The resource with the methods that differ. */
  String text() {
    return text;
  }

  /** As manifests spell it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
