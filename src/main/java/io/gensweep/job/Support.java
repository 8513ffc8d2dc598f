package io.gensweep.job;

import static io.gensweep.job.Rules.require;

import io.gensweep.sampling.SamplingConfig;

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
        dtype != DType.INT8 && dtype != DType.FLOAT16,
        "model.dtype: " + dtype + NOT_SUPPORTED + "use auto, float32 or bfloat16");
    require(
        job.prompts().sampling().isEmpty(),
        "prompts.sampling: "
            + job.prompts().sampling().orElse("")
            + NOT_SUPPORTED
            + "leave it out, or list the settings under sweep.points");
    requireImplemented(job.sampling());
    job.sweep().points().forEach(point -> requireImplemented(point.sampling()));
    return job;
  }

  private static void requireImplemented(SamplingConfig sampling) {
    requireLeftAt("repetition_penalty", sampling.repetitionPenalty(), 1.0);
    requireLeftAt("presence_penalty", sampling.presencePenalty(), 0.0);
    requireLeftAt("frequency_penalty", sampling.frequencyPenalty(), 0.0);
  }

  private static void requireLeftAt(String key, double value, double neutral) {
    require(
        value == neutral,
        "sampling." + key + ": " + value + NOT_SUPPORTED + "leave it at " + neutral);
  }
}
