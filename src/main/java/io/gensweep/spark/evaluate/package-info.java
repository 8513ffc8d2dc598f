/**
 * Spark steps over a finished output: each completion is scored, and prompts are summed up to
 * measures.
 */
package io.gensweep.spark.evaluate;
