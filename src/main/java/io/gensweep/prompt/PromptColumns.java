package io.gensweep.prompt;

import org.apache.spark.sql.types.StructType;

/**
 * Plain Java. The columns of a prompt dataset after reading. Kept columns are in one struct, so
 * that an input column may be called {@code content} or {@code shard}.
 */
public final class PromptColumns {
  public static final String PROMPT_ID = "prompt_id";

  /** string, struct of {@link #MESSAGES}, or array of int. */
  public static final String CONTENT = "content";

  /** string: a list of messages as JSON. */
  static final String MESSAGES = "messages";

  /** JSON object of the row's own sampling, or null. */
  public static final String SAMPLING = "sampling";

  /** {@code kind: message} of a row that cannot be used, else null. */
  public static final String PROBLEM = "problem";

  /** A struct, or null where nothing is kept: Spark's rows have no struct without fields. */
  public static final String KEPT = "kept";

  /** Array of string, of at least one: the texts to score; null in a job that scores nothing. */
  public static final String REFERENCES = "references";

  // Only in the rows that executors see.

  /** Index of the slice of a prompt's continuations, below {@link #SLICES}. */
  static final String SLICE = "slice";

  public static final String SLICES = "slices";
  public static final String SHARD = "shard";

  /**
   * Index of the batch of a {@link ShardLayout} that a prompt belongs to; the ledgers of outputs
   * that exist know it by this name.
   */
  public static final String BATCH = "lot";

  /** A 64-bit hash of the whole row. */
  public static final String ROW_HASH = "row_hash";

  /** Estimate of the tokens of a prompt and of its continuations. */
  public static final String COST = "cost";

  // Rows cross the shuffle without their schema: places, not names.
  static final int PROMPT_ID_AT = 0;
  static final int CONTENT_AT = 1;
  static final int SAMPLING_AT = 2;
  static final int PROBLEM_AT = 3;
  static final int KEPT_AT = 4;
  static final int REFERENCES_AT = 5;
  static final int SLICE_AT = 6;
  static final int SLICES_AT = 7;
  static final int SHARD_AT = 8;
  static final int COST_AT = 9;

  /** Separates kind and message of a problem. */
  static final String COLON = ": ";

  static final String MALFORMED_PROMPT = "malformed_prompt";
  static final String BAD_PROMPT = "bad_prompt";

  private PromptColumns() {}

  /** The types of the kept columns in a dataset that {@link PromptSource} read. */
  public static StructType kept(StructType prompts) {
    return prompts.apply(KEPT).dataType() instanceof StructType struct ? struct : new StructType();
  }
}
