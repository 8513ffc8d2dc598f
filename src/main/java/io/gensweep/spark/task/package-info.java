/**
 * What one Spark task does: turn prompts into queries to the executor's engine, receive the answers
 * as rows, and commit a shard, compare it with stored rows, or measure the engine's speed. Runs in
 * the executors; the driver reads the counters that tasks fill.
 */
package io.gensweep.spark.task;
