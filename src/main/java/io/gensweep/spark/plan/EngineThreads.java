package io.gensweep.spark.plan;

import org.apache.spark.SparkContext;

/** Driver. Threads of an engine's operations: the cores that Spark gives an executor. */
final class EngineThreads {
  private EngineThreads() {}

  /**
   * In local mode the cores that the master names. Elsewhere {@code spark.executor.cores}; without
   * it an executor takes its whole machine, of which the driver's stands for one.
   */
  static int of(SparkContext spark) {
    int machine = Runtime.getRuntime().availableProcessors();
    return spark.isLocal()
        ? Math.min(machine, spark.defaultParallelism())
        : spark.getConf().getInt("spark.executor.cores", machine);
  }
}
