package io.gensweep.spark.plan;

import org.apache.spark.SparkContext;

/**
 * Driver. Finds the number of threads for an engine's operations: the cores that Spark gives an
 * executor.
 */
final class EngineThreads {
  private EngineThreads() {}

  /**
   * Returns the cores that the master names in local mode, else {@code spark.executor.cores}.
   * Without that setting an executor takes its whole machine, and the driver's machine is taken for
   * an example of it.
   */
  static int of(SparkContext spark) {
    int machine = Runtime.getRuntime().availableProcessors();
    return spark.isLocal()
        ? Math.min(machine, spark.defaultParallelism())
        : spark.getConf().getInt("spark.executor.cores", machine);
  }
}
