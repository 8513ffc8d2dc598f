/**
 * What the driver decides before the first task generates: the model and its numerics, how many
 * prompts and rows there are, which shard each prompt belongs to, and whether an existing output is
 * one of the same job. Runs in the driver and changes nothing on disk.
 */
package io.gensweep.spark.plan;
