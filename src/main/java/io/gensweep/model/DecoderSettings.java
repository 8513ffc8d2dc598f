package io.gensweep.model;

import io.gensweep.job.DType;
import java.io.Serializable;

/**
 * Plain Java. How one decoder is held on one device.
 *
 * @param dtype resolved, never AUTO
 * @param device cpu or cuda:N
 * @param maxModelLen longest prompt plus continuation, in tokens
 * @param maxBatch sequences decoded together
 * @param threads threads of one operation (CPU)
 */
public record DecoderSettings(
    DType dtype, String device, int maxModelLen, int maxBatch, int threads)
    implements Serializable {
  public DecoderSettings {
    if (dtype == DType.AUTO) {
      throw new IllegalArgumentException("dtype must be resolved, was " + dtype);
    }
    if (maxModelLen < 2 || maxBatch < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "maxModelLen >= 2, maxBatch >= 1 and threads >= 1 expected, were "
              + maxModelLen
              + ", "
              + maxBatch
              + ", "
              + threads);
    }
  }

  /** Parts of a batch that are computed beside one another, each with its part of the threads. */
  int lanes() {
    return device.equals("cpu") ? ProgramThreads.lanes(threads, maxBatch) : 1;
  }

  /** The same on another device. */
  public DecoderSettings on(String device) {
    return new DecoderSettings(dtype, device, maxModelLen, maxBatch, threads);
  }
}
