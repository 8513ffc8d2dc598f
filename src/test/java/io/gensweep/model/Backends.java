package io.gensweep.model;

import io.gensweep.job.DType;
import java.util.ArrayList;
import java.util.List;

/** What computes decoders on this CPU with bits that do not depend on the batch. */
final class Backends {
  private Backends() {}

  static List<Backend> of(DType dtype) {
    List<Backend> backends = new ArrayList<>();
    if (dtype != DType.BFLOAT16 || CpuFeatures.here().bfloat16Products()) {
      backends.add(Backend.PACKED);
    }
    if (CpuFeatures.here().kernels(dtype)) {
      backends.add(Backend.KERNELS);
    }
    return backends;
  }
}
