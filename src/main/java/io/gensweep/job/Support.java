package io.gensweep.job;

import static io.gensweep.job.Rules.require;

/**
 * Plain Java. What a job may ask for and this version does not do: refused, never ignored. A
 * feature that lands takes its lines from here.
 */
final class Support {
  private static final String NOT_SUPPORTED = " is not supported by this version; ";

  private Support() {}

  /** Throws IllegalArgumentException with a message that starts with the full key. */
  static JobSpec requireImplemented(JobSpec job) {
    DType dtype = job.model().dtype();
    require(
        dtype != DType.FLOAT16,
        "model.dtype: " + dtype + NOT_SUPPORTED + "use auto, float32, bfloat16 or int8");
    return job;
  }
}
