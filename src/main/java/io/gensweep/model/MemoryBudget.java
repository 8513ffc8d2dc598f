package io.gensweep.model;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Executor. How much memory outside the heap the KV cache may take. */
final class MemoryBudget {
  /**
   * Of what is free when the model is loaded; the rest is for activations, other executors and the
   * page cache.
   */
  private static final double SHARE = 0.3;

  private MemoryBudget() {}

  /** Bytes; container limits count as the machine's size (JDK 17). */
  static long forKvCache() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return (long) (system.getFreeMemorySize() * SHARE);
  }
}
