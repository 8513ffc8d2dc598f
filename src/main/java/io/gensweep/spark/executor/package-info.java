/**
 * What one executor's JVM holds for all its tasks: the loaded model of each device and the engine
 * on it, the copy of the model's files, and what the machine reports about itself. Runs in the
 * executors. {@link io.gensweep.spark.executor.TaskPlan} is all that the driver tells them.
 */
package io.gensweep.spark.executor;
