package io.gensweep.model;

/** Plain Java. What computes the decoder, and the part of its program that says so. */
enum Backend {
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

  /** The fastest one there is for a model held so. */
  static Backend of(DecoderSettings settings, ModelConfig config) {
    if (!settings.device().equals("cpu")) {
      return PLAIN;
    }
    boolean kernels =
        CpuFeatures.here().kernels(settings.dtype()) && Kernels.take(config) && Kernels.load();
    return kernels ? KERNELS : PACKED;
  }
}
