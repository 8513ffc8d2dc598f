/**
 * The engine as a stage of a Spark ML pipeline. {@link io.gensweep.spark.ml.TextGenerator} runs in
 * the driver and ships {@link io.gensweep.spark.ml.TextTask} to the executors.
 */
package io.gensweep.spark.ml;
