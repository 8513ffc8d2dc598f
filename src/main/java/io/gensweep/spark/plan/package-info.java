/**
 * What the driver decides before the first task generates: the model and its numerics, how many
 * prompts and rows there are, which shard each prompt belongs to, and whether an existing output is
 * one of the same job. Runs in the driver and changes nothing on disk.
 *
 * <p>A command reads its prompts as often as this, and each Spark job says what it is for:
 *
 * <ol>
 *   <li>For the schema. JSON lines have none, so all are read, and those of which Spark would lose
 *       something are found on the way; of CSV it is the header of the first file, of other formats
 *       what their files say of themselves.
 *   <li>For an entry of each prompt, which Spark keeps: its id, a hash, about what it costs, and
 *       how many rows it makes. Counts, duplicate ids, the input's hash, the ledger and the prompts
 *       that were appended all come from the entries, before anything is written.
 *   <li>For the shards that are missing: each prompt goes to the task that makes its shard. Not
 *       where all shards are done; {@code verify} reads the prompts that it makes again.
 * </ol>
 */
package io.gensweep.spark.plan;
